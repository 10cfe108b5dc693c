package app_test

import (
	"testing"

	"plait/test/house"
)

// TestPagesParse reads the pages of every room in every language: the server parses a
// room's pages only when someone asks for one of them.
func TestPagesParse(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		if err := h.Face.Pages.Check(); err != nil {
			t.Error(err)
		}
	})
}
