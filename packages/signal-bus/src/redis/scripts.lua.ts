/**
 * Everything that must be one step, as Lua. A channel is one list, its kept signals, under the same name as the shard
 * channel by which they are sent. An entry is `<number>:<id>:<id of
 * the one before it>:` and the payload.
 */

/**
 * ARGV: id, payload, signals kept, ms kept, the number it was given before or 0. Returns its number, and 1 if it was
 * stored by this call.
 *
 * The same id again changes nothing and returns its number: a call that was sent again after its reply was lost, or that
 * comes a second time to put back what a failover lost. One that was pushed out by newer ones since is not lost.
 */
const PUBLISH = `
local kept = redis.call('LRANGE', KEYS[1], 0, -1)
local given = tonumber(ARGV[5])
local oldest, last, previous = 0, 0, ''
for i, entry in ipairs(kept) do
  local number, id = string.match(entry, '^(%d+):([^:]*):')
  if id == ARGV[1] then
    return { tonumber(number), 0 }
  end
  last, previous = tonumber(number), id
  if i == 1 then oldest = last end
end
if given > 0 and oldest > given then
  return { given, 0 }
end
local number = string.format('%.0f', last + 1)
local entry = number .. ':' .. ARGV[1] .. ':' .. previous .. ':' .. ARGV[2]
redis.call('RPUSH', KEYS[1], entry)
redis.call('LTRIM', KEYS[1], -tonumber(ARGV[3]), -1)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('SPUBLISH', KEYS[1], entry)
return { tonumber(number), 1 }
`;

/**
 * KEYS: the probe's shard channel, then channels. ARGV: what the probe says. Returns the newest entry of each without its payload, or ''. The probe
 * is sent in the same step: by the time it arrives, all that is counted here has arrived on that connection, or never will.
 */
const LOOK = `
redis.call('SPUBLISH', KEYS[1], ARGV[1])
local newest = {}
for i = 2, #KEYS do
  local entry = redis.call('LINDEX', KEYS[i], -1)
  newest[i - 1] = entry and string.match(entry, '^%d+:[^:]*:[^:]*:') or ''
end
return newest
`;

export const SCRIPTS = {
  publishSignal: { lua: PUBLISH, numberOfKeys: 1 },
  lookAtSignals: { lua: LOOK },
} as const;
