package photo

import (
	"bytes"
	"image/jpeg"
)

// Small gives a picture that Make made again with its longest side at most side pixels, as
// a JPEG for lists. What is no JPEG, or smaller already, comes back as it is.
func Small(b []byte, side int) ([]byte, error) {
	c, err := jpeg.DecodeConfig(bytes.NewReader(b))
	if err != nil || max(c.Width, c.Height) <= side || c.Width*c.Height > 4*MaxSide*MaxSide {
		return b, nil
	}
	img, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, errDamaged(err)
	}
	var out bytes.Buffer
	err = jpeg.Encode(&out, shrink(img, side), &jpeg.Options{Quality: 75})
	return out.Bytes(), err
}
