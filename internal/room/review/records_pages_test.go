package review

import "plait/internal/kit/page"

// recordsSamples is what the pages of plug_records.go are tried with.
func recordsSamples() map[string]page.Samples { return nil }
