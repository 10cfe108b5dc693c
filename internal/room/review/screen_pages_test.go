package review

import "plait/internal/kit/page"

// screenSamples is what the pages of plug_screen.go are tried with.
func screenSamples() map[string]page.Samples { return nil }
