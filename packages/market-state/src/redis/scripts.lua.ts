/**
 * Everything that must be one step, as Lua. All keys of a call are declared and lie in one slot.
 *
 * A call that timed out at its caller may still be on its way (ioredis sends it again after a failover, by then behind
 * newer calls). So each write carries the writer's identity and a number that rises with each of its calls, and what
 * comes late is refused. Without it an old instrument could follow a newer record, and a takeover would skip ticks.
 *
 * A checkpoint is several calls, and a failover may lose the last of those that were acknowledged. So each call has its
 * number within the checkpoint and is refused unless the one before it is there, and the first is refused unless the
 * record is there on which the checkpoint stands. Without it an instrument that changed in a lost call, and not since,
 * would stay behind the record for good.
 *
 * Fields of the meta hash: `fence`, `owner` (the process that took it) and `attempt` (its call that did), `round` (its
 * newest checkpoint) and `step` (the last call of that), `epoch`, `ticks_next` and `record` (the partition's record, and
 * what of it is compared here).
 */

/** ARGV: owner, attempt. Returns { fence, record or nil }. The same attempt again returns the same fence. */
const ACQUIRE = `
local meta = KEYS[1]
local owner, attempt = ARGV[1], tonumber(ARGV[2])
local seen = redis.call('HMGET', meta, 'fence', 'owner', 'attempt', 'record')
if seen[2] == owner and tonumber(seen[3]) >= attempt then
  return { seen[1], seen[4] }
end
-- The next number, and never below the clock: a failover may lose the last number that was given, and two holders
-- of one number must not be.
local now = redis.call('TIME')
local fence = math.max(tonumber(seen[1] or '0') + 1, tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000))
local text = string.format('%.0f', fence)
redis.call('HSET', meta, 'fence', text, 'owner', owner, 'attempt', ARGV[2], 'round', '0', 'step', '0')
return { text, seen[4] }
`;

/**
 * First lines of every write. KEYS[1] is the meta hash; ARGV: fence, owner, round, step. Defines `refuses`, which returns
 * why the write is refused, 'written' when it was made already, or nil, and `accept`, which notes that it is made.
 */
const FENCE = `
local meta = KEYS[1]
local function refuses()
  local seen = redis.call('HMGET', meta, 'fence', 'owner', 'round', 'step')
  local fence, stored = tonumber(ARGV[1]), tonumber(seen[1] or '0')
  if fence < stored or (fence == stored and seen[2] ~= ARGV[2]) then return 'fenced' end
  local round, newest = tonumber(ARGV[3]), tonumber(seen[3] or '0')
  local step, done = tonumber(ARGV[4]), tonumber(seen[4] or '0')
  -- Higher than stored: a failover lost that it was taken, and all that was written under it.
  if fence > stored then newest, done = 0, 0 end
  if round < newest then return 'superseded' end
  if round > newest then done = 0 end
  -- Sent again by ioredis, which did not see the answer.
  if step == done then return 'written' end
  if step ~= done + 1 then return 'superseded' end
  return nil
end
local function accept()
  redis.call('HSET', meta, 'fence', ARGV[1], 'owner', ARGV[2], 'round', ARGV[3], 'step', ARGV[4])
end
`;

/**
 * First lines of every write of a checkpoint. ARGV[5] and [6] are epoch and ticks_next of its record; ARGV[7] are the
 * records on which it may stand, as JSON: 'epoch ticks_next' of each, '' for none; '' in its place for any. A partition
 * never goes back within an epoch: someone ahead of us has written when a failover lost that we hold the fence.
 */
const CHECKPOINT = `${FENCE}
local function checkpoint_refuses()
  local why = refuses()
  if why then return why end
  local seen = redis.call('HMGET', meta, 'epoch', 'ticks_next')
  if seen[1] == ARGV[5] and tonumber(seen[2]) > tonumber(ARGV[6]) then return 'fenced' end
  if ARGV[4] ~= '1' or ARGV[7] == '' then return nil end
  local there = seen[1] and (seen[1] .. ' ' .. seen[2]) or ''
  for _, known in ipairs(cjson.decode(ARGV[7])) do
    if known == there then return nil end
  end
  return 'superseded'
end
local why = checkpoint_refuses()
if why then return why end
accept()
`;

/** KEYS[2..]: a bars key for each bar. ARGV[8..]: bars kept, then startMs and member of each. A bar of the same start is replaced. */
const WRITE_BARS = `${CHECKPOINT}
local oldest_kept = -(tonumber(ARGV[8]) + 1)
for i = 2, #KEYS do
  local start, member = ARGV[5 + i * 2], ARGV[6 + i * 2]
  redis.call('ZREMRANGEBYSCORE', KEYS[i], start, start)
  redis.call('ZADD', KEYS[i], start, member)
  redis.call('ZREMRANGEBYRANK', KEYS[i], 0, oldest_kept)
end
return 'written'
`;

/** KEYS[2], [3]: views and folds. ARGV[8..]: instrument, view, fold of each. */
const WRITE_INSTRUMENTS = `${CHECKPOINT}
for i = 8, #ARGV, 3 do
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
  redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 2])
end
return 'written'
`;

/** ARGV[8]: the record. */
const WRITE_RECORD = `${CHECKPOINT}
redis.call('HSET', meta, 'epoch', ARGV[5], 'ticks_next', ARGV[6], 'record', ARGV[8])
return 'written'
`;

/** KEYS[2], [3]: views and folds. */
const CLEAR = `${FENCE}
local why = refuses()
if why then return why end
accept()
redis.call('HDEL', meta, 'epoch', 'ticks_next', 'record')
redis.call('UNLINK', KEYS[2], KEYS[3])
return 'written'
`;

/** KEYS: meta, views, folds. ARGV: instruments. Returns the record, then view and fold of each, as they are at one moment. */
const READ_INSTRUMENTS = `
local reply = { redis.call('HGET', KEYS[1], 'record') }
for i = 1, #ARGV do
  reply[i * 2] = redis.call('HGET', KEYS[2], ARGV[i])
  reply[i * 2 + 1] = redis.call('HGET', KEYS[3], ARGV[i])
end
return reply
`;

/** KEYS: entries, version. ARGV: instrument and entry of each. The version moves only when something changed. */
const PUT_CATALOGUE = `
local changed = false
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) ~= ARGV[i + 1] then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    changed = true
  end
end
if changed then
  -- Never below the clock: a version lost in a failover must not come again for other entries.
  local now = redis.call('TIME')
  local version = math.max(tonumber(redis.call('GET', KEYS[2]) or '0') + 1, tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000))
  redis.call('SET', KEYS[2], string.format('%.0f', version))
end
return 'written'
`;

/** KEYS: entries, version. Returns version, then all entries. */
const READ_CATALOGUE = `
local reply = redis.call('HVALS', KEYS[1])
table.insert(reply, 1, redis.call('GET', KEYS[2]) or '0')
return reply
`;

/**
 * KEYS: the document. ARGV: what it must be ('' where there must be none), what it becomes. A call that is sent again
 * finds its own document; one that comes late finds another's.
 */
const REPLACE_DOCUMENT = `
local stored = redis.call('GET', KEYS[1])
if stored == ARGV[2] then return 'written' end
if (stored or '') ~= ARGV[1] then return 'conflict' end
redis.call('SET', KEYS[1], ARGV[2])
return 'written'
`;

/** By the name under which ioredis makes a command of each. Scripts without `numberOfKeys` take it as first argument. */
export const SCRIPTS = {
  acquirePartition: { lua: ACQUIRE, numberOfKeys: 1 },
  writeBars: { lua: WRITE_BARS },
  writeInstruments: { lua: WRITE_INSTRUMENTS, numberOfKeys: 3 },
  writeRecord: { lua: WRITE_RECORD, numberOfKeys: 1 },
  clearPartition: { lua: CLEAR, numberOfKeys: 3 },
  readInstruments: { lua: READ_INSTRUMENTS, numberOfKeys: 3 },
  putCatalogue: { lua: PUT_CATALOGUE, numberOfKeys: 2 },
  readCatalogue: { lua: READ_CATALOGUE, numberOfKeys: 2 },
  replaceDocument: { lua: REPLACE_DOCUMENT, numberOfKeys: 1 },
} as const;
