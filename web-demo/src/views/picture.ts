// The picture that is on the page, for those who want to take it along.
let canvas: HTMLCanvasElement | null = null;

export function showing(element: HTMLCanvasElement): void {
  canvas = element;
}

export function pictureCanvas(): HTMLCanvasElement | null {
  return canvas?.isConnected ? canvas : null;
}
