// A phone's photo is made smaller in the page, so that it goes over a hall's weak signal.

const SIDE = 1600; // the longer side in pixels, as the server keeps it
const QUALITY = 0.82;
const SMALL = 200 << 10; // what is smaller than this goes as it is

// shrink gives a JPEG of the photo, turned the right way round and without what the camera
// wrote beside it. What the browser cannot read, or what gets no smaller, goes as it is.
export async function shrink(file) {
  if (!/^image\/(jpeg|png|webp|heic|heif|avif)$/.test(file.type) || file.size < SMALL) return file;
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const paper = canvas.getContext("2d");
    paper.fillStyle = "#fff"; // what was see-through
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return blob && blob.size < file.size ? blob : file;
  } catch {
    return file;
  } finally {
    bitmap?.close();
  }
}
