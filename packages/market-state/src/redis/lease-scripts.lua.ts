/**
 * What must be one step of a lease, as Lua. A lease is one hash: `owner`, `fence`, `until` (ms by the clock of its node). It
 * outlives its time by a day, so that fences rise; they would not fall either if it went, being never below the clock.
 */
const NOW = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local seen = redis.call('HMGET', KEYS[1], 'owner', 'fence', 'until')
local function hold(fence, ttl)
  redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'fence', fence, 'until', string.format('%.0f', now + ttl))
  redis.call('PEXPIRE', KEYS[1], ttl + 86400000)
end
`;

/** ARGV: owner, ttl ms, an owner that has ended ('': none). Returns { 'yours', fence } or { 'held', owner, fence, ms left }. Sent again, it says the same. */
const ACQUIRE = `${NOW}
if seen[1] and seen[1] ~= ARGV[1] and seen[1] ~= ARGV[3] and tonumber(seen[3]) > now then
  return { 'held', seen[1], seen[2], string.format('%.0f', tonumber(seen[3]) - now) }
end
local fence = seen[2]
if seen[1] ~= ARGV[1] then fence = string.format('%.0f', math.max(tonumber(seen[2] or '0') + 1, now)) end
hold(fence, tonumber(ARGV[2]))
return { 'yours', fence }
`;

/** ARGV: owner, fence, ttl ms. A lower fence that is stored is what a failover went back to. */
const RENEW = `${NOW}
local mine, stored = tonumber(ARGV[2]), tonumber(seen[2] or '0')
if stored > mine or (stored == mine and seen[1] ~= ARGV[1]) then return 'lost' end
hold(ARGV[2], tonumber(ARGV[3]))
return 'held'
`;

/** ARGV: owner, fence. */
const RELEASE = `
local seen = redis.call('HMGET', KEYS[1], 'owner', 'fence')
if seen[1] == ARGV[1] and seen[2] == ARGV[2] then redis.call('HSET', KEYS[1], 'until', '0') end
return 'released'
`;

/** Returns { owner, fence, ms left } or nothing. */
const HOLDER = `${NOW}
if not seen[1] or tonumber(seen[3]) <= now then return {} end
return { seen[1], seen[2], string.format('%.0f', tonumber(seen[3]) - now) }
`;

export const LEASE_SCRIPTS = {
  acquireLease: { lua: ACQUIRE, numberOfKeys: 1 },
  renewLease: { lua: RENEW, numberOfKeys: 1 },
  releaseLease: { lua: RELEASE, numberOfKeys: 1 },
  leaseHolder: { lua: HOLDER, numberOfKeys: 1, readOnly: true },
} as const;
