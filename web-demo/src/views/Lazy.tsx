// Parts that are loaded when they are first needed.
import type { ComponentType, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export function Lazy({ load }: { load: () => Promise<ComponentType> }): VNode | null {
  const [part, setPart] = useState<{ Part: ComponentType } | { error: Error } | null>(null);
  useEffect(() => {
    load().then((Part) => setPart({ Part }), (error: Error) => setPart({ error }));
  }, []);
  if (!part) return <p class="muted loading" role="status">Loading …</p>;
  if ('error' in part) return <p class="error" role="alert">This part of the page could not be loaded: {part.error.message}</p>;
  return <part.Part />;
}
