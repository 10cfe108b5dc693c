//go:build !unix

package folder

import "os"

// Lock takes no lock here: this system has none that ends with its process.
func Lock(string) (free func() error, ok bool, err error) {
	return func() error { return nil }, true, nil
}

// Share takes no lock here either.
func Share(string) (free func() error, ok bool, err error) {
	return func() error { return nil }, true, nil
}

const holds = false

func hold(*os.File) (bool, error) { return true, nil }
