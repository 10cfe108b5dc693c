//go:build !unix

package disk

import "os"

func roomOf(string) (Room, error) { return Room{}, ErrUnknown }

func same(os.FileInfo, os.FileInfo) (bool, error) { return false, ErrUnknown }
