// What was read, request by request.
import type { VNode } from 'preact';
import { traffic } from '../engine/client.ts';
import { bytes, grouped } from '../text/numbers.ts';

export function Network({ doc }: { doc: number }): VNode {
  const told = traffic.value.get(doc);
  const log = [...(told?.log ?? [])].reverse();
  return (
    <div class="network" role="region" aria-label="Requests" tabIndex={0}>
      <table>
        <thead><tr><th scope="col">bytes</th><th scope="col">size</th><th scope="col">took</th><th scope="col">answer</th></tr></thead>
        <tbody>
          {log.map(({ start, end, at, took, status }) => (
            <tr key={`${at} ${start}`}>
              <td class="mono">{grouped(start)} – {grouped(end)}</td>
              <td>{bytes(end - start)}</td>
              <td>{took === null ? '' : `${took < 10 ? took.toFixed(1) : Math.round(took)} ms`}</td>
              <td>{status}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
