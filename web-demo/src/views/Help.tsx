// What the keys do, and what the page does with files.
import type { VNode } from 'preact';

const KEYS: [string, [string, string][]][] = [
  ['Everywhere', [['?', 'this help'], ['1 … 5', 'the views'], ['/', 'the selection'], ['g', 'go to an index'], [', .', 'one frame back, one on'], ['Tab', 'to the next part'], ['Alt ←', 'undo the last change of view'], ['Ctrl V', 'open the address or file in the clipboard']]],
  ['Table', [
    ['← ↑ → ↓', 'one cell'], ['Page ↑ ↓', 'one page; with Ctrl, columns'], ['Home, End', 'ends of the row; with Ctrl, of the table'],
    ['Ctrl ← ↑ → ↓', 'as far as it goes'], ['Shift', 'and any of these: select'], ['Ctrl A', 'select all'], ['Ctrl C', 'copy what is selected'], ['Esc', 'select nothing'],
  ]],
  ['Heatmap', [['← ↑ → ↓', 'move'], ['+ −', 'closer, farther'], ['0', 'everything'], ['Wheel, drag', 'zoom, move']]],
  ['Selection', [['Enter', 'select what is in the box'], ['Esc', 'back to what is selected']]],
];

export function Help(): VNode {
  return (
    <div class="help">
      {KEYS.map(([title, keys]) => (
        <section key={title}>
          <h3>{title}</h3>
          <dl class="keys">
            {keys.map(([key, what]) => [<dt key={key}><kbd>{key}</kbd></dt>, <dd key={what}>{what}</dd>])}
          </dl>
        </section>
      ))}
      <section>
        <h3>Selections</h3>
        <p>
          NumPy's basic indexing: <code>3, :, ::2</code>, <code>..., -1</code>, <code>::-1</code>, <code>None</code>, and
          fields of structures: <code>['x'][2:5]</code>.
        </p>
      </section>
      <section>
        <h3>Your files</h3>
        <p>Files are read by this page in your browser, and only the parts that are looked at. Nothing is uploaded, and the page asks no other host than those whose addresses you open.</p>
      </section>
    </div>
  );
}
