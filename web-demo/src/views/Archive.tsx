// An archive: its members on the side, one of them in the middle.
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { ask } from '../engine/client.ts';
import type { MemberFacts, Opened as OpenedDoc } from '../engine/types.ts';
import { useAnswer, useSeen } from '../hooks.ts';
import { commit, state } from '../model.ts';
import { addTabs, newTab, openMember, type Source, type Tab } from '../state.ts';
import { bytes, plural, pythonShape } from '../text/numbers.ts';
import { Opened } from './Opened.tsx';

export function Archive({ tab, opened }: { tab: Tab; opened: OpenedDoc }): VNode {
  const members = opened.members ?? [];
  const [filter, setFilter] = useState('');
  const wanted = filter.toLowerCase();
  const shown = members.filter(({ key }) => key.toLowerCase().includes(wanted));
  const list = (
    <section class="card members" aria-labelledby="members-title">
      <h2 id="members-title">{plural(members.length, 'array')}</h2>
      {members.length > 6 && (
        <input type="search" placeholder="Filter names" aria-label="Filter members" value={filter} onInput={(event) => setFilter(event.currentTarget.value)} />
      )}
      <ul class="rows">
        {shown.map((member) => (
          <Member key={member.name} doc={opened.doc} src={tab.src} member={member} isOpen={member.key === tab.member} />
        ))}
      </ul>
      {shown.length === 0 && <p class="muted">{members.length === 0 ? 'The archive is empty.' : 'No member of this name.'}</p>}
    </section>
  );
  if (tab.member === null) {
    return <main class="archive">{list}<p class="muted">Choose an array. Dtypes and shapes come from the headers alone.</p></main>;
  }
  return <Opened tab={tab} opened={opened} aside={list} />;
}

function Member({ doc, src, member, isOpen }: { doc: number; src: Source; member: MemberFacts; isOpen: boolean }): VNode {
  const [ref, isSeen] = useSeen<HTMLLIElement>();
  const { key, size, compressedSize, method } = member;
  const { value, error } = useAnswer(String(doc), `${key} ${isSeen}`, async (signal) =>
    isSeen ? ask('array', { ref: { doc, member: key, as: null } }, { signal }) : undefined,
  );
  return (
    <li ref={ref} class="member-row">
      <button type="button" class="member" aria-current={isOpen ? 'true' : undefined} onClick={() => commit(openMember(state.value, key))}>
        <span class="member-name">{key}</span>
        <span class="mono muted">{value ? `${value.dtype} ${pythonShape(value.shape)}` : error ? <span class="error">{error.message}</span> : '…'}</span>
        <span class="small muted">
          {Number.isNaN(size) ? '' : method === 'deflate' ? `${bytes(size)}, ${bytes(compressedSize)} deflated` : bytes(size)}
        </span>
      </button>
      {!isOpen && (
        <button type="button" class="quiet small" aria-label={`Open ${key} in a tab of its own`} title="In a tab of its own, to compare" onClick={() => commit(addTabs(state.value, [{ ...newTab(src), member: key }]))}>+</button>
      )}
    </li>
  );
}
