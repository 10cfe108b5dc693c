package review

import "plait/internal/kit/page"

// shapeSamples is what the pages of plug_shape.go are tried with.
func shapeSamples() map[string]page.Samples { return nil }
