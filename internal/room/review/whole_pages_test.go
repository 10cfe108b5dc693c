package review

import "plait/internal/kit/page"

// wholeSamples is what the pages of plug_whole.go are tried with.
func wholeSamples() map[string]page.Samples { return nil }
