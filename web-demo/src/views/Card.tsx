// What an array is.
import type { ComponentChildren, VNode } from 'preact';
import { traffic } from '../engine/client.ts';
import type { ArrayFacts, Opened } from '../engine/types.ts';
import { commit, reload, state } from '../model.ts';
import { look, newTab, type Tab } from '../state.ts';
import { family, fields, inWords, suggestions } from '../text/dtype.ts';
import { bytes, grouped, plural, pythonShape, shapeText } from '../text/numbers.ts';

export function Card({ tab, opened, facts }: { tab: Tab; opened: Opened; facts: ArrayFacts }): VNode {
  const { descr, dtype, shape, strides, size, nbytes, itemsize, header, fortranOrder } = facts;
  const isStructure = family(descr, dtype) === 'structure';
  const order = shape.length < 2 ? 'one-dimensional' : fortranOrder ? 'Fortran order (columns first)' : 'C order (rows first)';
  return (
    <section class="card" aria-labelledby="card-title">
      <h2 id="card-title" class="card-title">
        <span class="mono" data-testid="dtype">{isStructure ? 'structure' : dtype}</span>{' '}
        <span class="mono card-shape" data-testid="shape">{pythonShape(shape)}</span>
      </h2>
      <p class="card-words">{inWords(descr, dtype, itemsize)}</p>
      <Diagnoses tab={tab} opened={opened} facts={facts} />
      <dl class="facts">
        <Fact name="elements">{shape.length === 0 ? '1' : `${grouped(size)}${shape.length > 1 ? ` = ${shapeText(shape)}` : ''}`}</Fact>
        <Fact name="data">{bytes(nbytes)}{nbytes >= 1000 && <span class="muted"> ({grouped(nbytes)} bytes)</span>}</Fact>
        {opened.size !== null && tab.member === null && <Fact name="file">{bytes(opened.size)}</Fact>}
        <Fact name="order">{order}</Fact>
        <Fact name="strides"><span class="mono">{pythonShape(strides)}</span> bytes</Fact>
        {header && <Fact name="format">version {header.version.join('.')}, data from byte {grouped(header.dataOffset)}</Fact>}
        <Fact name="read so far"><Read doc={opened.doc} of={opened.size} /></Fact>
      </dl>
      {isStructure && (
        <details open={fields(descr).length <= 24}>
          <summary>{plural(fields(descr).length, 'field')}</summary>
          <dl class="facts">
            {fields(descr).map(({ path, descr: type }) => (
              <Fact key={path.join('\0')} name={path.join('.')}><span class="mono">{typeof type === 'string' ? type : JSON.stringify(type)}</span></Fact>
            ))}
          </dl>
        </details>
      )}
      {header && (
        <details>
          <summary>Header as it is in the file</summary>
          <pre class="header-text" tabIndex={0}>{header.text.trimEnd()}</pre>
        </details>
      )}
      {tab.src.kind !== 'sample' && <button type="button" class="quiet small" onClick={() => reload(tab)}>Read the file again</button>}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): VNode {
  return <><dt>{name}</dt><dd>{children}</dd></>;
}

/** How much has been read, which is what matters of a file of 6 GB. */
export function Read({ doc, of }: { doc: number; of: number | null }): VNode {
  const told = traffic.value.get(doc);
  const read = told?.bytes ?? 0;
  return (
    <span data-testid="read">
      {bytes(read)}{of !== null && ` of ${bytes(of)}`}, {plural(told?.requests ?? 0, 'request')}
    </span>
  );
}

/** What is odd, and what can be done about it. */
function Diagnoses({ tab, opened, facts }: { tab: Tab; opened: Opened; facts: ArrayFacts }): VNode | null {
  const { descr, dtype, header, nbytes, warnings } = facts;
  const found: (string | VNode)[] = [...warnings];
  const kind = family(descr, dtype);
  if (kind === 'object') found.push('Python objects are pickled: unpickling runs code of the file, so nothing of them is read here.');
  if (tab.member === null && header && opened.size !== null) {
    const trailing = opened.size - header.dataOffset - nbytes;
    if (trailing > 0 && !warnings.some((warning) => /trailing|after the data|behind/i.test(warning))) {
      found.push(`${plural(trailing, 'byte')} follow the data, and belong to nothing that the header tells.`);
    }
  }
  if (header && header.dataOffset % 16 !== 0 && tab.member === null) found.push(`The data begins at byte ${header.dataOffset}, unaligned: an older writer. It is read all the same.`);
  const offers = tab.as === null ? suggestions(descr) : [];
  if (found.length === 0 && offers.length === 0 && tab.as === null && tab.raw === null) return null;
  return (
    <ul class="diagnoses" aria-label="What is odd">
      {found.map((text, i) => <li key={i}>{text}</li>)}
      {offers.length > 0 && (
        <li>
          NumPy saves numbers of ml_dtypes without their name. Read as{' '}
          {offers.map((name) => (
            <button key={name} type="button" class="small" onClick={() => commit(look(state.value, { ...newTab(tab.src), member: tab.member, as: name }))}>{name}</button>
          ))}
        </li>
      )}
      {tab.raw !== null && (
        <li>
          Read as raw numbers: <span class="mono">{tab.raw}</span>. <button type="button" class="small" onClick={() => commit(look(state.value, newTab(tab.src)))}>As the file says</button>
        </li>
      )}
      {tab.as !== null && (
        <li>
          Read as {tab.as}. <button type="button" class="small" onClick={() => commit(look(state.value, { ...newTab(tab.src), member: tab.member }))}>As it is in the file</button>
        </li>
      )}
    </ul>
  );
}
