import { describe, expect, onTestFinished, test } from 'vitest';
import { type ReplayVenueOptions, startVenue } from '../src/index.ts';
import { tradesZip } from './itick/lean-files.ts';
import { rawText, temporaryFile, trade } from './small-recording.ts';

const binance = () => temporaryFile('a.zip', rawText([trade(0, 1)]));

async function start(options: ReplayVenueOptions) {
  const venue = await startVenue({ paused: true, ...options });
  onTestFinished(() => venue.stop());
  return venue;
}

describe('what a recording is played as is seen from its content, not its name', () => {
  test.each([
    ["Lean's ticks are iTick's", () => tradesZip(1), 'itick', ['IBM$US']],
    ["Binance's frames are Binance's", binance, 'binance', ['BTCUSDT']],
  ] as const)('%s', async (_, recording, name, symbols) => {
    const venue = await start({ recordings: [await recording()] });
    expect([venue.venue, venue.symbols]).toEqual([name, symbols]);
    const about = await fetch(`${venue.adminUrl}/venue`);
    expect(await about.json()).toEqual({ venue: name, symbols });
  });

  test('a mix is refused, and so is an option of the other venue', async () => {
    const [lean, frames] = [await tradesZip(1), await binance()];
    await expect(startVenue({ recordings: [frames, lean] })).rejects.toMatchObject({
      code: 'wrong_venue',
      message: `${lean} is played in iTick's protocol and ${frames} is not; play them in two runs.`,
    });
    await expect(startVenue({ recordings: [lean], clones: 2 })).rejects.toMatchObject({ code: 'bad_option' });
    await expect(startVenue({ recordings: [frames], tokens: ['a'] })).rejects.toMatchObject({ code: 'bad_option' });
  });
});
