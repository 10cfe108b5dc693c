package corner_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"testing"

	"plait/internal/engine/corner"
	"plait/internal/engine/corner/scene"
)

// photographed is a picture after it was stored as a JPEG.
func photographed(t testing.TB, img image.Image, quality int) (image.Image, []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	out, err := jpeg.Decode(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return out, b.Bytes()
}

// TestFindsCards reads photos of tables in every kind of light, slant and mess.
func TestFindsCards(t *testing.T) {
	const w, h, blur = 1800, 1350, 0.45 // of a photo of 12 megapixels, seen from so far
	for _, k := range scene.Kinds(w, h, blur) {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			var sum scene.Tally
			for seed := range uint64(2) {
				img, truth := k.Photo(seed)
				shot, raw := photographed(t, img, k.Quality)
				cards, loose := corner.Find(shot)
				sum.Add(truth, cards, loose)
				if dir := os.Getenv("CORNER_OUT"); dir != "" && seed == 0 {
					if err := os.WriteFile(dir+"/"+k.Name+".jpg", raw, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
			t.Log(sum)
			if sum.Wrong != 0 || sum.Missed*100 > sum.Cards || sum.Off > k.Off {
				t.Errorf("%v", sum)
			}
		})
	}
}
