// Package corner reads the codes in the corners of printed cards, and cuts the cards out
// of a photo of a table full of them.
//
// A card carries a square marker in each of its four corners: a black frame one module
// wide around 9 by 9 modules, 11 by 11 modules in all, with at least three white modules
// around it. Each marker says by itself which card it is on and which corner it is, so two
// readable corners are enough to know a card, its outline and which way is up.
//
// # Code
//
// 54 bits of payload (batch 24, format 3, table 6, round 4, colour 4, number 11, corner 2)
// and a cyclic redundancy check of 27 bits whose code words differ in at least 8 of the 81
// modules. A fixed mask is laid over them, so that an empty frame, a full square and a
// chess board are no code.
//
// # Method
//
// The picture is looked at in full and halved again and again, so that markers of any size
// are met by one window. In each size: (1) what is darker than its surroundings, by a mean
// over a window kept by running sums; (2) connected parts of it, by runs and union-find;
// (3) the convex hull of each part and the four corners that keep most of its area; (4)
// lines laid through the steepest places along each side, to a fraction of a pixel; (5) the
// modules, through the homography of the four corners, against planes laid through the black
// frame and the white edge, so that shadows and gradients do not matter; (6) the code in four
// turns, as it is and sharpened, with up to four of its twelve faintest modules or any two
// modules turned where that makes the check right.
//
// Markers with the same payload and different corners make a card when one homography from
// the card's millimetres to the picture carries all of them. A corner that could not be
// read by itself joins when it lies where the card expects it and 72 of its 81 modules are
// those of the corner expected.
//
// # Errors
//
// A square that is no marker passes the check of some turn with a probability of at most
// 16 attempts x 4,034 patterns / 2^27, about 1 in 2,100, and of 1 in 8 million with no module
// turned. A card needs two such markers with the same 52 bits in the right places: below
// 1 in 10^20 for each pair of squares. What is read from one corner alone is never a card: it
// is Loose, for a person to place.
//
// # Units and cost
//
// Places in a picture are in pixels, x to the right and y down, the first pixel covering 0 to
// 1. Places on a card are in millimetres from its top left. Time is linear in the number of
// pixels, about 40 ns each on one core of 2020 and later; memory is two bytes a pixel beside
// the picture.
//
// # Sources
//
// S. Garrido-Jurado, R. Muñoz-Salinas, F. J. Madrid-Cuevas, M. J. Marín-Jiménez, "Automatic
// generation and detection of highly reliable fiducial markers under occlusion", Pattern
// Recognition 47 (2014) 2280. E. Olson, "AprilTag: a robust and flexible visual fiducial
// system", ICRA 2011; J. Wang and E. Olson, "AprilTag 2", IROS 2016 (edges by gradient, planes
// of black and white, sharpening). D. Bradley and G. Roth, "Adaptive thresholding using the
// integral image", Journal of Graphics Tools 12 (2007) 13. D. Chase, "A class of algorithms
// for decoding block codes with channel measurement information", IEEE Trans. Inf. Theory 18
// (1972) 170. R. Hartley and A. Zisserman, "Multiple view geometry", 2nd ed., section 4.1
// (homographies from points).
package corner
