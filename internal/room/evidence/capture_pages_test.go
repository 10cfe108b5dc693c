package evidence

import (
	"plait/internal/kit/page"
)

func captureSamples() map[string]page.Samples {
	full := captureView{giveView: samples()["evidence/give"].Full.Body.(giveView), Keeper: "a.p", Name: "Sam", Title: "Falls at home", Kept: 2, Uploads: []string{"u1", "u2"},
		Say: `{"kept":"Saved"}`, Recorder: `{"ready":"Ready"}`, Offline: true, Out: true, Kinds: []page.Option{{Value: "lived", Text: "Lived experience"}, {Text: "Leave for later", Checked: true}}}
	problem := []page.Problem{{Field: "words", Text: "Type what was said"}}
	return map[string]page.Samples{
		"evidence/capture": {Full: page.View{Title: "Write down what is said", Body: full, Errors: problem, Notice: "Saved"},
			Empty: page.View{Title: "Write down what is said", Body: captureView{}}},
		"evidence/capture_waiting": {Full: page.View{Title: "Not sent yet", Body: full}, Empty: page.View{Title: "Not sent yet", Body: captureView{}}},
	}
}
