package photo

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
)

// Open reads a picture whole, within the limits that Make has, for those who look for
// something in it before it is made smaller. turned is the way the camera was held, for
// Upright; the dots of img lie as they were stored. Its faults are those of Make.
func Open(b []byte) (img image.Image, turned int, err error) {
	if len(b) > MaxBytes {
		return nil, 0, errBig(fmt.Errorf("%d bytes", len(b)))
	}
	k, err := look(b)
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		// The standard library's readers have had panics on bad pictures before.
		if r := recover(); r != nil {
			img, err = nil, errDamaged(fmt.Errorf("panic: %v", r))
		}
	}()
	if img, err = k.decode(bytes.NewReader(b)); err != nil {
		return nil, 0, errDamaged(err)
	}
	return img, max(k.turned, 1), nil
}

// Upright writes a picture that Open read as a JPEG of its own, turned the way the camera
// was held and with its longest side at most side pixels. Nothing but its dots is in it.
func Upright(img image.Image, turned, side int) (Picture, error) {
	small := turn(shrink(img, side), turned)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: Quality}); err != nil {
		return Picture{}, err
	}
	return Picture{out.Bytes(), small.Bounds().Dx(), small.Bounds().Dy()}, nil
}
