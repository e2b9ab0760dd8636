/** Writes or checks `docs/reference/search-quality.md`: measured anew each time, the same on every machine. */
import { format, resolveConfig } from 'prettier';
import { qualityPage } from '../../dist/apps/bench/src/search-quality/quality-page.js';
import { settle } from './committed.mjs';

const PAGE = 'docs/reference/search-quality.md';
settle(PAGE, await format(qualityPage(), { ...(await resolveConfig(PAGE)), filepath: PAGE }));
