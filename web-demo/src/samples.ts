// Arrays that come with the page; samples/make_samples.py makes them.
export const SAMPLES: readonly { name: string; title: string; shape: string; what: string }[] = [
  { name: 'picture.npy', title: 'A picture', shape: '(144, 192, 3) uint8', what: 'colours in the last axis' },
  { name: 'volume.npy', title: 'A volume', shape: '(24, 72, 72) uint16', what: 'frames to step through' },
  { name: 'embedding.npy', title: 'An embedding table', shape: '(512, 64) float16', what: 'rows to read and compare' },
  { name: 'field.npy', title: 'A complex field', shape: '(96, 96) complex64', what: 'magnitude and phase' },
  { name: 'quakes.npy', title: 'A structured table', shape: '(400,) 6 fields', what: 'dates, text, numbers with NaN' },
  { name: 'model.npz', title: 'An archive', shape: '5 arrays', what: 'members opened one by one' },
];
