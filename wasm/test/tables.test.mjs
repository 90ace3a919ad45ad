// The other tables that NumPy made: statistics, histograms, texts, selections, headers of old writers, archives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as npymap from 'npymap';
import { npyFile, rejectsWith, unhex } from './helpers.mjs';
import { buffer, json } from './vectors.mjs';

const { openNpy, openNpz, openRaw } = npymap;
const ML = /^[<>]?(bfloat16|float[468]_\w+|complex32|u?int[24])$/;

/** Elements of a dtype as the tables name it: with names of ml_dtypes, and times that count seconds. */
async function elements(code, data, shape) {
  const times = code.replace(/^([<>][Mm]8)$/, '$1[s]');
  if (!ML.test(code)) return openRaw(data, { dtype: times, shape });
  const [, order, name] = /^([<>]?)(.*)$/.exec(code);
  const itemsize = name === 'complex32' ? 4 : name === 'bfloat16' ? 2 : 1;
  const raw = await openRaw(data, { dtype: `|V${itemsize}`, shape: shape ?? [data.length / itemsize] });
  return raw.astype(order === '>' ? code : name);
}

/** Fails with the first of the failures. */
function report(what, ran, wrong, least) {
  assert.deepEqual(wrong.slice(0, 10), [], `${wrong.length} of ${ran} are wrong`);
  assert.ok(ran >= least, `only ${ran} ran`);
  console.log(`${what}, Node.js: ${ran} cases`);
}

// The tolerances are those of core/tests/stats.rs, where they are explained.
const close = (ours, theirs, tolerance) => ours === theirs || (Number.isNaN(ours) && Number.isNaN(theirs)) || Math.abs(ours - theirs) <= tolerance;

function figure(text) {
  if (text === null) return null;
  if (Array.isArray(text)) return text.map(float);
  return /^-?\d+$/.test(text) ? BigInt(text) : float(text);
}

function float(text) {
  return { inf: Infinity, '-inf': -Infinity, nan: NaN }[text] ?? Number(text);
}

/** Whether figures agree. NaN is null among ours, as in JSON. */
function same(ours, theirs, tolerance = 0) {
  if (theirs === null) return ours === null;
  if (typeof theirs === 'bigint') return typeof ours === 'bigint' ? ours === theirs : Number.isSafeInteger(ours) && BigInt(ours) === theirs;
  if (Array.isArray(theirs)) return Array.isArray(ours) && theirs.every((part, i) => same(ours[i], part, tolerance));
  if (Number.isNaN(theirs)) return ours === null || Number.isNaN(ours);
  return typeof ours === 'number' && close(ours, theirs, tolerance);
}

test('statistics are what NumPy says', async () => {
  const { stats } = json('stats.json');
  const wrong = [];
  for (const row of stats) {
    const array = await elements(row.dtype, unhex(row.data));
    const found = await array.stats();
    const integers = row.magnitudes === undefined || row.magnitudes === null;
    const sum = integers ? 0 : (25 / 2 ** 53) * float(row.magnitudes);
    const mean = integers ? 3e-16 * Math.abs(float(row.mean)) : (sum / Math.max(row.count, 1)) * 1.1;
    const meanError = integers ? 0 : 4e-15 * float(row.greatest);
    const std = float(row.std);
    const tolerance = 1e-13 * std + meanError ** 2 / Math.max(std + meanError, Number.MIN_VALUE);
    const differ = (name, ok) => ok || wrong.push(`${row.name} ${row.dtype}: ${name} ${found[name]}, expected ${row[name]}`);
    for (const name of ['count', 'nan', 'posinf', 'neginf', 'zeros']) differ(name, found[name] === row[name]);
    for (const name of ['min', 'max']) differ(name, same(found[name], figure(row[name])));
    for (const name of ['argmin', 'argmax']) differ(name, JSON.stringify(found[name]) === JSON.stringify(row[name] === null ? null : [row[name]]));
    differ('sum', same(found.sum, figure(row.sum), sum));
    differ('mean', same(found.mean, figure(row.mean), mean));
    differ('std', same(found.std, row.std === null ? null : std, tolerance));
  }
  report('statistics', stats.length, wrong, 296);
});

test('histograms are what NumPy says', async () => {
  const { histograms } = json('stats.json');
  const wrong = [];
  for (const row of histograms) {
    const array = await elements(row.dtype, unhex(row.data));
    const options = { bins: row.bins, ...(row.range && { range: row.range.map(float) }) };
    const name = `${row.name} ${row.dtype}`;
    if (row.error) {
      const error = await array.histogram(options).then(() => null, (e) => e);
      if (!error) wrong.push(`${name}: no error`);
      else if (!(error instanceof npymap.NpyError || error instanceof TypeError || error instanceof RangeError)) wrong.push(`${name}: ${error.stack}`);
      continue;
    }
    const found = await array.histogram(options);
    const edges = [...new Float64Array(unhex(row.edges).buffer)];
    for (const [what, expected] of Object.entries({ edges, counts: row.counts, nan: row.nan, below: row.below, above: row.above })) {
      if (JSON.stringify(found[what]) !== JSON.stringify(expected)) wrong.push(`${name}: ${what} ${found[what]}, expected ${expected}`);
    }
  }
  report('histograms', histograms.length, wrong, 108);
});

test('elements are what str says', async () => {
  const rows = json('text.json').elements;
  const wrong = [];
  let ran = 0;
  for (const [descr, data, texts] of rows) {
    const array = await named(descr, [texts.length], 'C', unhex(data));
    for (const [i, expected] of texts.entries()) {
      const found = await array.slice([i]).text();
      ran += 1;
      if (found !== expected) wrong.push(`${descr} ${i}: ${found}, expected ${expected}`);
    }
  }
  report('texts of elements', ran, wrong, 2000);
});

test('arrays are what print prints', async () => {
  const { arrays } = json('text.json');
  const wrong = [];
  for (const [descr, shape, order, data, expected] of arrays) {
    const found = await (await named(descr, shape, order, unhex(data))).text();
    if (found !== expected) wrong.push(`${descr} ${shape} ${order}: ${found}\nexpected ${expected}`);
  }
  report('texts of arrays', arrays.length, wrong, 2000);
});

/** An array of a descriptor that is a Python literal, or of a name of ml_dtypes; the data is repeated to fill it. */
async function named(descr, shape, order, data) {
  const size = shape.reduce((a, b) => a * b, 1);
  const cycled = (length) => {
    const all = new Uint8Array(length);
    for (let i = 0; i < length; i += 1) all[i] = data[i % data.length];
    return all;
  };
  if (ML.test(descr)) {
    const itemsize = descr === 'complex32' ? 4 : descr === 'bfloat16' ? 2 : 1;
    const file = npyFile(`'|V${itemsize}'`, shape, cycled(size * itemsize), { fortran: order === 'F' });
    return (await openNpy(file)).astype(descr);
  }
  // The header alone tells how long the data must be.
  const version = /[^\0-\xff]/.test(descr) ? 3 : 1;
  const options = { fortran: order === 'F', version };
  const empty = await openNpy(npyFile(descr, [0], new Uint8Array(0), options));
  return openNpy(npyFile(descr, shape, cycled(size * empty.itemsize), options));
}

test('the text of selections is Python\'s', async () => {
  const rows = json('selections.json');
  const arrays = [
    await openNpy(npyFile("'|u1'", [6, 5, 4, 3], new Uint8Array(360))),
    await openNpy(npyFile("[('x', '<f4'), ('a', '<i2')]", [3, 2, 2], new Uint8Array(72))),
  ];
  const outcome = (array, selection) => {
    try {
      const { shape, strides, dtype } = array.slice(selection);
      return JSON.stringify({ shape, strides, dtype });
    } catch (error) {
      assert.equal(error.code, 'ERR_SELECTION', `${selection}: ${error.stack}`);
      assert.ok(!error.message.includes('\n') && error.message.length < 250, error.message);
      return error.message;
    }
  };
  const wrong = [];
  for (const { text, selection, error } of rows) {
    for (const array of arrays) {
      const found = outcome(array, text);
      if (error && found.startsWith('{')) wrong.push(`${text}: ${found}, expected an error`);
      if (!error && found !== outcome(array, selection)) wrong.push(`${text}: ${found}, expected as ${selection}`);
    }
  }
  report('selections', rows.length, wrong, 600);
});

test('headers of old writers', async () => {
  const { files } = json('old.json');
  const wrong = [];
  for (const [name, expected] of Object.entries(files)) {
    const [file, key] = name.split('::');
    const array = await (key ? (await openNpz(buffer(`old/${file}`))).open(key) : openNpy(buffer(`old/${file}`)));
    const { version, dataOffset } = array.header;
    const found = {
      version: [...version], dtype: array.dtype, itemsize: array.itemsize, shape: [...array.shape],
      fortran_order: array.fortranOrder, data_offset: dataOffset,
      // Old headers have `|O4` and `|O8`, which NumPy does not say any more.
      ...(!expected.has_object && { descr: array.descr }),
    };
    for (const [key, value] of Object.entries(found)) {
      if (JSON.stringify(value) !== JSON.stringify(expected[key])) wrong.push(`${name}: ${key} ${JSON.stringify(value)}, expected ${JSON.stringify(expected[key])}`);
    }
    if (expected.has_object) await rejectsWith('ERR_OBJECT_DTYPE', () => array.read(), npymap);
  }
  report('headers of old writers', Object.keys(files).length, wrong, 20);
});

/** The codes of what is wrong with a member, by the names of core's errors. */
const MEMBER_CODES = { Method: 'ERR_ZIP_METHOD', Encrypted: 'ERR_ZIP_METHOD', Crc: 'ERR_ZIP_CRC' };

test('archives of every kind', async () => {
  const archives = Object.entries(json('npz/expected.json'));
  const wrong = [];
  let members = 0;
  for (const [name, expected] of archives) {
    const input = buffer(`npz/${name}.npz`);
    if (expected.error) {
      await rejectsWith('ERR_ZIP', openNpz(input), npymap);
      continue;
    }
    // Where Python's reader is wrong, ours has no other word to compare with.
    if (expected.members === null) continue;
    const archive = await openNpz(input);
    if (JSON.stringify(archive.keys) !== JSON.stringify(expected.keys)) wrong.push(`${name}: keys ${archive.keys}, expected ${expected.keys}`);
    for (const [key, index] of Object.entries(expected.find)) {
      const member = expected.members[index];
      members += 1;
      const outcome = await readMember(archive, key);
      const code = member.error ? (MEMBER_CODES[member.error] ?? 'ERR_ZIP') : 'ok';
      // What is no array is no array, however good the archive is, nor is what has no bytes.
      const isNoArray = (code === 'ok' && outcome.code === 'ERR_MAGIC') || (member.size === 0 && outcome.code === 'ERR_TRUNCATED');
      if (outcome.code !== code && !isNoArray) {
        wrong.push(`${name}, ${key}: ${outcome.code} ${outcome.message ?? ''}, expected ${code} (${member.error})`);
      }
      if (outcome.code === 'ok') {
        const { crc32, compressedSize, size } = archive.entry(key);
        const facts = [crc32, compressedSize, size];
        if (String(facts) !== String([member.crc32, member.compressed_size, member.size])) wrong.push(`${name}, ${key}: ${facts}`);
      }
    }
  }
  assert.ok(members >= 50, `${members} members`);
  report('archives', archives.length, wrong, 50);
});

async function readMember(archive, key) {
  try {
    const array = await archive.open(key);
    await array.read({ bytes: true });
    return { code: 'ok' };
  } catch (error) {
    if (!(error instanceof npymap.NpyError)) return { code: 'no NpyError', message: error.stack };
    return error;
  }
}
