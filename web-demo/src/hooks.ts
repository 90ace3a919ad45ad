// What several views need of Preact.
import { useEffect, useRef, useState } from 'preact/hooks';

export interface Answer<T> {
  value: T | undefined;
  error: Error | undefined;
  isLoading: boolean;
}

/**
 * The answer to a question, asked again when its key changes; the old question is aborted then. Until there is an
 * answer, the one before stays, if it was of the same family.
 */
export function useAnswer<T>(family: string, key: string, question: (signal: AbortSignal) => Promise<T>, delay = 0): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T> & { family: string; key: string }>({ value: undefined, error: undefined, isLoading: true, family, key });
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    setAnswer((before) => ({ ...(before.family === family ? before : { value: undefined, error: undefined }), isLoading: true, family, key }));
    const ask = (): void => {
      question(signal).then(
        (value) => signal.aborted || setAnswer({ value, error: undefined, isLoading: false, family, key }),
        (error: Error) => signal.aborted || setAnswer({ value: undefined, error, isLoading: false, family, key }),
      );
    };
    const timer = delay > 0 ? setTimeout(ask, delay) : undefined;
    if (delay === 0) ask();
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [family, key]);
  if (answer.family !== family) return { value: undefined, error: undefined, isLoading: true };
  // Until the effect has run, it is the answer to what was asked before.
  return { ...answer, isLoading: answer.isLoading || answer.key !== key };
}

/** The size of an element, in CSS pixels. */
export function useSize<E extends HTMLElement>(): [ref: { current: E | null }, size: { width: number; height: number }] {
  const ref = useRef<E>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}

/** Whether an element has been in view. */
export function useSeen<E extends HTMLElement>(): [ref: { current: E | null }, isSeen: boolean] {
  const ref = useRef<E>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (!element || isSeen) return undefined;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [isSeen]);
  return [ref, isSeen];
}

/** The latest of a value that changes often, for handlers that were made before. */
export function useLatest<T>(value: T): { readonly current: T } {
  const ref = useRef(value);
  ref.current = value;
  return ref;
}
