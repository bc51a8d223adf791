// Generated from proto/ by scripts/generate.mjs. Do not edit.
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["tapecast-log"] || ($protobuf.roots["tapecast-log"] = {});

export const tapecast = $root.tapecast = (() => {

    const tapecast = {};

    tapecast.v1 = (function() {

        const v1 = {};

        v1.Tick = (function() {

            const Tick = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Tick.prototype.instrument = "";
            Tick.prototype.source = "";
            Tick.prototype.sourceSeq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Tick.prototype.exchangeTimeUs = null;
            Tick.prototype.receivedAtUs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Tick.prototype.priceDecimals = 0;
            Tick.prototype.sizeDecimals = 0;
            Tick.prototype.trade = null;
            Tick.prototype.quote = null;
            Tick.prototype.bookSnapshot = null;
            Tick.prototype.bookDelta = null;
            Tick.prototype.bar = null;
            Tick.prototype.status = null;
            Tick.prototype.clock = null;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Tick.prototype, "_exchangeTimeUs", {
                get: $util.oneOfGetter($oneOfFields = ["exchangeTimeUs"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            $Object.defineProperty(Tick.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["trade", "quote", "bookSnapshot", "bookDelta", "bar", "status", "clock"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            Tick.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.instrument != null && $Object.hasOwnProperty.call(message, "instrument") && message.instrument !== "")
                    writer.uint32(10).string(message.instrument);
                if (message.source != null && $Object.hasOwnProperty.call(message, "source") && message.source !== "")
                    writer.uint32(18).string(message.source);
                if (message.sourceSeq != null && $Object.hasOwnProperty.call(message, "sourceSeq") && (typeof message.sourceSeq === "object" ? message.sourceSeq.low || message.sourceSeq.high : message.sourceSeq !== 0))
                    writer.uint32(24).uint64(message.sourceSeq);
                if (message.exchangeTimeUs != null && $Object.hasOwnProperty.call(message, "exchangeTimeUs"))
                    writer.uint32(32).uint64(message.exchangeTimeUs);
                if (message.receivedAtUs != null && $Object.hasOwnProperty.call(message, "receivedAtUs") && (typeof message.receivedAtUs === "object" ? message.receivedAtUs.low || message.receivedAtUs.high : message.receivedAtUs !== 0))
                    writer.uint32(40).uint64(message.receivedAtUs);
                if (message.priceDecimals != null && $Object.hasOwnProperty.call(message, "priceDecimals") && message.priceDecimals !== 0)
                    writer.uint32(48).uint32(message.priceDecimals);
                if (message.sizeDecimals != null && $Object.hasOwnProperty.call(message, "sizeDecimals") && message.sizeDecimals !== 0)
                    writer.uint32(56).uint32(message.sizeDecimals);
                if (message.trade != null && $Object.hasOwnProperty.call(message, "trade"))
                    $root.tapecast.v1.TickTrade.encode(message.trade, writer.uint32(82).fork(), _depth + 1).ldelim();
                if (message.quote != null && $Object.hasOwnProperty.call(message, "quote"))
                    $root.tapecast.v1.TickQuote.encode(message.quote, writer.uint32(90).fork(), _depth + 1).ldelim();
                if (message.bookSnapshot != null && $Object.hasOwnProperty.call(message, "bookSnapshot"))
                    $root.tapecast.v1.TickBook.encode(message.bookSnapshot, writer.uint32(98).fork(), _depth + 1).ldelim();
                if (message.bookDelta != null && $Object.hasOwnProperty.call(message, "bookDelta"))
                    $root.tapecast.v1.TickBook.encode(message.bookDelta, writer.uint32(106).fork(), _depth + 1).ldelim();
                if (message.bar != null && $Object.hasOwnProperty.call(message, "bar"))
                    $root.tapecast.v1.TickBar.encode(message.bar, writer.uint32(114).fork(), _depth + 1).ldelim();
                if (message.status != null && $Object.hasOwnProperty.call(message, "status"))
                    $root.tapecast.v1.TickStatus.encode(message.status, writer.uint32(122).fork(), _depth + 1).ldelim();
                if (message.clock != null && $Object.hasOwnProperty.call(message, "clock"))
                    $root.tapecast.v1.TickClock.encode(message.clock, writer.uint32(130).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Tick.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.Tick();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.instrument = value;
                            else
                                delete message.instrument;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.source = value;
                            else
                                delete message.source;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sourceSeq = value;
                            else
                                delete message.sourceSeq;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.exchangeTimeUs = reader.uint64();
                            message._exchangeTimeUs = "exchangeTimeUs";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.receivedAtUs = value;
                            else
                                delete message.receivedAtUs;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.priceDecimals = value;
                            else
                                delete message.priceDecimals;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sizeDecimals = value;
                            else
                                delete message.sizeDecimals;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.trade = $root.tapecast.v1.TickTrade.decode(reader, reader.size(), $undefined, _depth + 1, message.trade);
                            message.body = "trade";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.quote = $root.tapecast.v1.TickQuote.decode(reader, reader.size(), $undefined, _depth + 1, message.quote);
                            message.body = "quote";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.bookSnapshot = $root.tapecast.v1.TickBook.decode(reader, reader.size(), $undefined, _depth + 1, message.bookSnapshot);
                            message.body = "bookSnapshot";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            message.bookDelta = $root.tapecast.v1.TickBook.decode(reader, reader.size(), $undefined, _depth + 1, message.bookDelta);
                            message.body = "bookDelta";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.bar = $root.tapecast.v1.TickBar.decode(reader, reader.size(), $undefined, _depth + 1, message.bar);
                            message.body = "bar";
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            message.status = $root.tapecast.v1.TickStatus.decode(reader, reader.size(), $undefined, _depth + 1, message.status);
                            message.body = "status";
                            continue;
                        }
                    case 16: {
                            if (wireType !== 2)
                                break;
                            message.clock = $root.tapecast.v1.TickClock.decode(reader, reader.size(), $undefined, _depth + 1, message.clock);
                            message.body = "clock";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Tick;
        })();

        v1.Side = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "SIDE_UNKNOWN"] = 0;
            values[valuesById[1] = "SIDE_BUY"] = 1;
            values[valuesById[2] = "SIDE_SELL"] = 2;
            return values;
        })();

        v1.Sum = (function() {

            const Sum = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Sum.prototype.low = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Sum.prototype.high = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            Sum.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.low != null && $Object.hasOwnProperty.call(message, "low") && (typeof message.low === "object" ? message.low.low || message.low.high : message.low !== 0))
                    writer.uint32(8).uint64(message.low);
                if (message.high != null && $Object.hasOwnProperty.call(message, "high") && (typeof message.high === "object" ? message.high.low || message.high.high : message.high !== 0))
                    writer.uint32(16).sint64(message.high);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Sum.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.Sum();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.low = value;
                            else
                                delete message.low;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.high = value;
                            else
                                delete message.high;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Sum;
        })();

        v1.TickTrade = (function() {

            const TickTrade = function (properties) {
                this.conditions = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            TickTrade.prototype.id = "";
            TickTrade.prototype.price = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            TickTrade.prototype.size = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            TickTrade.prototype.side = 0;
            TickTrade.prototype.conditions = $util.emptyArray;
            TickTrade.prototype.excluded = 0;

            TickTrade.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== "")
                    writer.uint32(10).string(message.id);
                if (message.price != null && $Object.hasOwnProperty.call(message, "price") && (typeof message.price === "object" ? message.price.low || message.price.high : message.price !== 0))
                    writer.uint32(16).sint64(message.price);
                if (message.size != null && $Object.hasOwnProperty.call(message, "size") && (typeof message.size === "object" ? message.size.low || message.size.high : message.size !== 0))
                    writer.uint32(24).sint64(message.size);
                if (message.side != null && $Object.hasOwnProperty.call(message, "side") && message.side !== 0)
                    writer.uint32(32).int32(message.side);
                if (message.conditions != null && message.conditions.length)
                    for (let i = 0; i < message.conditions.length; ++i)
                        writer.uint32(42).string(message.conditions[i]);
                if (message.excluded != null && $Object.hasOwnProperty.call(message, "excluded") && message.excluded !== 0)
                    writer.uint32(48).uint32(message.excluded);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            TickTrade.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.TickTrade();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.price = value;
                            else
                                delete message.price;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.size = value;
                            else
                                delete message.size;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.side = value;
                            else
                                delete message.side;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.conditions && message.conditions.length))
                                message.conditions = [];
                            message.conditions.push(reader.stringVerify());
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.excluded = value;
                            else
                                delete message.excluded;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return TickTrade;
        })();

        v1.TickQuote = (function() {

            const TickQuote = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            TickQuote.prototype.bid = null;
            TickQuote.prototype.bidSize = null;
            TickQuote.prototype.ask = null;
            TickQuote.prototype.askSize = null;
            TickQuote.prototype.last = null;
            TickQuote.prototype.open = null;
            TickQuote.prototype.high = null;
            TickQuote.prototype.low = null;
            TickQuote.prototype.prevClose = null;
            TickQuote.prototype.volume = null;
            TickQuote.prototype.turnover = null;
            TickQuote.prototype.venueSeq = null;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(TickQuote.prototype, "_bid", {
                get: $util.oneOfGetter($oneOfFields = ["bid"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(TickQuote.prototype, "_bidSize", {
                get: $util.oneOfGetter($oneOfFields = ["bidSize"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(TickQuote.prototype, "_ask", {
                get: $util.oneOfGetter($oneOfFields = ["ask"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(TickQuote.prototype, "_askSize", {
                get: $util.oneOfGetter($oneOfFields = ["askSize"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(TickQuote.prototype, "_last", {
                get: $util.oneOfGetter($oneOfFields = ["last"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(TickQuote.prototype, "_open", {
                get: $util.oneOfGetter($oneOfFields = ["open"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(TickQuote.prototype, "_high", {
                get: $util.oneOfGetter($oneOfFields = ["high"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(TickQuote.prototype, "_low", {
                get: $util.oneOfGetter($oneOfFields = ["low"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(TickQuote.prototype, "_prevClose", {
                get: $util.oneOfGetter($oneOfFields = ["prevClose"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(TickQuote.prototype, "_venueSeq", {
                get: $util.oneOfGetter($oneOfFields = ["venueSeq"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            TickQuote.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.bid != null && $Object.hasOwnProperty.call(message, "bid"))
                    writer.uint32(8).sint64(message.bid);
                if (message.bidSize != null && $Object.hasOwnProperty.call(message, "bidSize"))
                    writer.uint32(16).sint64(message.bidSize);
                if (message.ask != null && $Object.hasOwnProperty.call(message, "ask"))
                    writer.uint32(24).sint64(message.ask);
                if (message.askSize != null && $Object.hasOwnProperty.call(message, "askSize"))
                    writer.uint32(32).sint64(message.askSize);
                if (message.last != null && $Object.hasOwnProperty.call(message, "last"))
                    writer.uint32(40).sint64(message.last);
                if (message.open != null && $Object.hasOwnProperty.call(message, "open"))
                    writer.uint32(48).sint64(message.open);
                if (message.high != null && $Object.hasOwnProperty.call(message, "high"))
                    writer.uint32(56).sint64(message.high);
                if (message.low != null && $Object.hasOwnProperty.call(message, "low"))
                    writer.uint32(64).sint64(message.low);
                if (message.prevClose != null && $Object.hasOwnProperty.call(message, "prevClose"))
                    writer.uint32(72).sint64(message.prevClose);
                if (message.volume != null && $Object.hasOwnProperty.call(message, "volume"))
                    $root.tapecast.v1.Sum.encode(message.volume, writer.uint32(82).fork(), _depth + 1).ldelim();
                if (message.turnover != null && $Object.hasOwnProperty.call(message, "turnover"))
                    $root.tapecast.v1.Sum.encode(message.turnover, writer.uint32(90).fork(), _depth + 1).ldelim();
                if (message.venueSeq != null && $Object.hasOwnProperty.call(message, "venueSeq"))
                    writer.uint32(96).uint64(message.venueSeq);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            TickQuote.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.TickQuote();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            message.bid = reader.sint64();
                            message._bid = "bid";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            message.bidSize = reader.sint64();
                            message._bidSize = "bidSize";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            message.ask = reader.sint64();
                            message._ask = "ask";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.askSize = reader.sint64();
                            message._askSize = "askSize";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            message.last = reader.sint64();
                            message._last = "last";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            message.open = reader.sint64();
                            message._open = "open";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            message.high = reader.sint64();
                            message._high = "high";
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            message.low = reader.sint64();
                            message._low = "low";
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            message.prevClose = reader.sint64();
                            message._prevClose = "prevClose";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.volume = $root.tapecast.v1.Sum.decode(reader, reader.size(), $undefined, _depth + 1, message.volume);
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.turnover = $root.tapecast.v1.Sum.decode(reader, reader.size(), $undefined, _depth + 1, message.turnover);
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            message.venueSeq = reader.uint64();
                            message._venueSeq = "venueSeq";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return TickQuote;
        })();

        v1.TickBook = (function() {

            const TickBook = function (properties) {
                this.bids = [];
                this.asks = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            TickBook.prototype.bids = $util.emptyArray;
            TickBook.prototype.asks = $util.emptyArray;
            TickBook.prototype.venueSeq = null;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(TickBook.prototype, "_venueSeq", {
                get: $util.oneOfGetter($oneOfFields = ["venueSeq"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            TickBook.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.bids != null && message.bids.length)
                    writer.uint32(10).sint64s(message.bids);
                if (message.asks != null && message.asks.length)
                    writer.uint32(18).sint64s(message.asks);
                if (message.venueSeq != null && $Object.hasOwnProperty.call(message, "venueSeq"))
                    writer.uint32(24).uint64(message.venueSeq);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            TickBook.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.TickBook();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType === 2) {
                                if (!(message.bids && message.bids.length))
                                    message.bids = [];
                                reader.sint64s(message.bids);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.bids && message.bids.length))
                                message.bids = [];
                            message.bids.push(reader.sint64());
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.asks && message.asks.length))
                                    message.asks = [];
                                reader.sint64s(message.asks);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.asks && message.asks.length))
                                message.asks = [];
                            message.asks.push(reader.sint64());
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            message.venueSeq = reader.uint64();
                            message._venueSeq = "venueSeq";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return TickBook;
        })();

        v1.TickBar = (function() {

            const TickBar = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            TickBar.prototype.interval = "";
            TickBar.prototype.startMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            TickBar.prototype.open = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            TickBar.prototype.high = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            TickBar.prototype.low = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            TickBar.prototype.close = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            TickBar.prototype.volume = null;
            TickBar.prototype.turnover = null;
            TickBar.prototype.trades = null;
            TickBar.prototype.final = false;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(TickBar.prototype, "_trades", {
                get: $util.oneOfGetter($oneOfFields = ["trades"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            TickBar.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.interval != null && $Object.hasOwnProperty.call(message, "interval") && message.interval !== "")
                    writer.uint32(10).string(message.interval);
                if (message.startMs != null && $Object.hasOwnProperty.call(message, "startMs") && (typeof message.startMs === "object" ? message.startMs.low || message.startMs.high : message.startMs !== 0))
                    writer.uint32(16).uint64(message.startMs);
                if (message.open != null && $Object.hasOwnProperty.call(message, "open") && (typeof message.open === "object" ? message.open.low || message.open.high : message.open !== 0))
                    writer.uint32(24).sint64(message.open);
                if (message.high != null && $Object.hasOwnProperty.call(message, "high") && (typeof message.high === "object" ? message.high.low || message.high.high : message.high !== 0))
                    writer.uint32(32).sint64(message.high);
                if (message.low != null && $Object.hasOwnProperty.call(message, "low") && (typeof message.low === "object" ? message.low.low || message.low.high : message.low !== 0))
                    writer.uint32(40).sint64(message.low);
                if (message.close != null && $Object.hasOwnProperty.call(message, "close") && (typeof message.close === "object" ? message.close.low || message.close.high : message.close !== 0))
                    writer.uint32(48).sint64(message.close);
                if (message.volume != null && $Object.hasOwnProperty.call(message, "volume"))
                    $root.tapecast.v1.Sum.encode(message.volume, writer.uint32(58).fork(), _depth + 1).ldelim();
                if (message.turnover != null && $Object.hasOwnProperty.call(message, "turnover"))
                    $root.tapecast.v1.Sum.encode(message.turnover, writer.uint32(66).fork(), _depth + 1).ldelim();
                if (message.trades != null && $Object.hasOwnProperty.call(message, "trades"))
                    writer.uint32(72).uint64(message.trades);
                if (message.final != null && $Object.hasOwnProperty.call(message, "final") && message.final !== false)
                    writer.uint32(80).bool(message.final);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            TickBar.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.TickBar();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.interval = value;
                            else
                                delete message.interval;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.startMs = value;
                            else
                                delete message.startMs;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.open = value;
                            else
                                delete message.open;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.high = value;
                            else
                                delete message.high;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.low = value;
                            else
                                delete message.low;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.close = value;
                            else
                                delete message.close;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.volume = $root.tapecast.v1.Sum.decode(reader, reader.size(), $undefined, _depth + 1, message.volume);
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.turnover = $root.tapecast.v1.Sum.decode(reader, reader.size(), $undefined, _depth + 1, message.turnover);
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            message.trades = reader.uint64();
                            message._trades = "trades";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.final = value;
                            else
                                delete message.final;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return TickBar;
        })();

        v1.MarketState = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "MARKET_STATE_PENDING"] = 0;
            values[valuesById[1] = "MARKET_STATE_LIVE"] = 1;
            values[valuesById[2] = "MARKET_STATE_STALE"] = 2;
            values[valuesById[3] = "MARKET_STATE_HALTED"] = 3;
            values[valuesById[4] = "MARKET_STATE_CLOSED"] = 4;
            values[valuesById[5] = "MARKET_STATE_DELAYED"] = 5;
            return values;
        })();

        v1.TickStatus = (function() {

            const TickStatus = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            TickStatus.prototype.state = 0;
            TickStatus.prototype.reason = "";
            TickStatus.prototype.sinceMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            TickStatus.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                    writer.uint32(8).int32(message.state);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(18).string(message.reason);
                if (message.sinceMs != null && $Object.hasOwnProperty.call(message, "sinceMs") && (typeof message.sinceMs === "object" ? message.sinceMs.low || message.sinceMs.high : message.sinceMs !== 0))
                    writer.uint32(24).uint64(message.sinceMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            TickStatus.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.TickStatus();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sinceMs = value;
                            else
                                delete message.sinceMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return TickStatus;
        })();

        v1.TickClock = (function() {

            const TickClock = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            TickClock.prototype.timeMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            TickClock.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.timeMs != null && $Object.hasOwnProperty.call(message, "timeMs") && (typeof message.timeMs === "object" ? message.timeMs.low || message.timeMs.high : message.timeMs !== 0))
                    writer.uint32(8).uint64(message.timeMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            TickClock.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.TickClock();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timeMs = value;
                            else
                                delete message.timeMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return TickClock;
        })();

        v1.UpdateBatch = (function() {

            const UpdateBatch = function (properties) {
                this.clocks = [];
                this.index = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            UpdateBatch.prototype.epoch = "";
            UpdateBatch.prototype.ticksNext = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            UpdateBatch.prototype.computedAtUs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            UpdateBatch.prototype.clocks = $util.emptyArray;
            UpdateBatch.prototype.index = $util.emptyArray;
            UpdateBatch.prototype.payload = $util.newBuffer([]);

            UpdateBatch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== "")
                    writer.uint32(10).string(message.epoch);
                if (message.ticksNext != null && $Object.hasOwnProperty.call(message, "ticksNext") && (typeof message.ticksNext === "object" ? message.ticksNext.low || message.ticksNext.high : message.ticksNext !== 0))
                    writer.uint32(16).uint64(message.ticksNext);
                if (message.computedAtUs != null && $Object.hasOwnProperty.call(message, "computedAtUs") && (typeof message.computedAtUs === "object" ? message.computedAtUs.low || message.computedAtUs.high : message.computedAtUs !== 0))
                    writer.uint32(24).uint64(message.computedAtUs);
                if (message.clocks != null && message.clocks.length)
                    for (let i = 0; i < message.clocks.length; ++i)
                        $root.tapecast.v1.SourceClock.encode(message.clocks[i], writer.uint32(34).fork(), _depth + 1).ldelim();
                if (message.index != null && message.index.length)
                    for (let i = 0; i < message.index.length; ++i)
                        $root.tapecast.v1.UpdateIndex.encode(message.index[i], writer.uint32(42).fork(), _depth + 1).ldelim();
                if (message.payload != null && $Object.hasOwnProperty.call(message, "payload") && message.payload.length)
                    writer.uint32(50).bytes(message.payload);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            UpdateBatch.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.UpdateBatch();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.ticksNext = value;
                            else
                                delete message.ticksNext;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.computedAtUs = value;
                            else
                                delete message.computedAtUs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.clocks && message.clocks.length))
                                message.clocks = [];
                            message.clocks.push($root.tapecast.v1.SourceClock.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.index && message.index.length))
                                message.index = [];
                            message.index.push($root.tapecast.v1.UpdateIndex.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.payload = value;
                            else
                                delete message.payload;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return UpdateBatch;
        })();

        v1.SourceClock = (function() {

            const SourceClock = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            SourceClock.prototype.source = "";
            SourceClock.prototype.timeMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            SourceClock.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.source != null && $Object.hasOwnProperty.call(message, "source") && message.source !== "")
                    writer.uint32(10).string(message.source);
                if (message.timeMs != null && $Object.hasOwnProperty.call(message, "timeMs") && (typeof message.timeMs === "object" ? message.timeMs.low || message.timeMs.high : message.timeMs !== 0))
                    writer.uint32(16).uint64(message.timeMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            SourceClock.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.SourceClock();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.source = value;
                            else
                                delete message.source;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timeMs = value;
                            else
                                delete message.timeMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SourceClock;
        })();

        v1.UpdateIndex = (function() {

            const UpdateIndex = function (properties) {
                this.ranges = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            UpdateIndex.prototype.instrument = "";
            UpdateIndex.prototype.offset = 0;
            UpdateIndex.prototype.length = 0;
            UpdateIndex.prototype.ranges = $util.emptyArray;

            UpdateIndex.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.instrument != null && $Object.hasOwnProperty.call(message, "instrument") && message.instrument !== "")
                    writer.uint32(10).string(message.instrument);
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && message.offset !== 0)
                    writer.uint32(16).uint32(message.offset);
                if (message.length != null && $Object.hasOwnProperty.call(message, "length") && message.length !== 0)
                    writer.uint32(24).uint32(message.length);
                if (message.ranges != null && message.ranges.length)
                    for (let i = 0; i < message.ranges.length; ++i)
                        $root.tapecast.v1.SequenceRange.encode(message.ranges[i], writer.uint32(34).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            UpdateIndex.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.UpdateIndex();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.instrument = value;
                            else
                                delete message.instrument;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.offset = value;
                            else
                                delete message.offset;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.length = value;
                            else
                                delete message.length;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.ranges && message.ranges.length))
                                message.ranges = [];
                            message.ranges.push($root.tapecast.v1.SequenceRange.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return UpdateIndex;
        })();

        v1.SequenceRange = (function() {

            const SequenceRange = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            SequenceRange.prototype.sequence = 0;
            SequenceRange.prototype.first = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            SequenceRange.prototype.last = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            SequenceRange.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && message.sequence !== 0)
                    writer.uint32(8).int32(message.sequence);
                if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                    writer.uint32(16).uint64(message.first);
                if (message.last != null && $Object.hasOwnProperty.call(message, "last") && (typeof message.last === "object" ? message.last.low || message.last.high : message.last !== 0))
                    writer.uint32(24).uint64(message.last);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            SequenceRange.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.SequenceRange();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.first = value;
                            else
                                delete message.first;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.last = value;
                            else
                                delete message.last;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SequenceRange;
        })();

        v1.Sequence = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "SEQUENCE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "SEQUENCE_TRADE"] = 1;
            values[valuesById[2] = "SEQUENCE_QUOTE"] = 2;
            values[valuesById[3] = "SEQUENCE_DEPTH"] = 3;
            values[valuesById[4] = "SEQUENCE_KLINE_1M"] = 4;
            values[valuesById[5] = "SEQUENCE_KLINE_5M"] = 5;
            values[valuesById[6] = "SEQUENCE_KLINE_15M"] = 6;
            values[valuesById[7] = "SEQUENCE_KLINE_30M"] = 7;
            values[valuesById[8] = "SEQUENCE_KLINE_1H"] = 8;
            values[valuesById[9] = "SEQUENCE_KLINE_1D"] = 9;
            values[valuesById[10] = "SEQUENCE_STATUS"] = 10;
            return values;
        })();

        v1.UpdateList = (function() {

            const UpdateList = function (properties) {
                this.updates = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            UpdateList.prototype.updates = $util.emptyArray;

            UpdateList.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.updates != null && message.updates.length)
                    for (let i = 0; i < message.updates.length; ++i)
                        $root.tapecast.v1.Update.encode(message.updates[i], writer.uint32(10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            UpdateList.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.UpdateList();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.updates && message.updates.length))
                                message.updates = [];
                            message.updates.push($root.tapecast.v1.Update.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return UpdateList;
        })();

        v1.Update = (function() {

            const Update = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Update.prototype.sequence = 0;
            Update.prototype.first = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Update.prototype.last = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Update.prototype.keyframe = false;
            Update.prototype.priceDecimals = 0;
            Update.prototype.sizeDecimals = 0;
            Update.prototype.timestampUs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Update.prototype.receivedAtUs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Update.prototype.trade = null;
            Update.prototype.quote = null;
            Update.prototype.depth = null;
            Update.prototype.kline = null;
            Update.prototype.status = null;

            let $oneOfFields;

            $Object.defineProperty(Update.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["trade", "quote", "depth", "kline", "status"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            Update.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && message.sequence !== 0)
                    writer.uint32(8).int32(message.sequence);
                if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                    writer.uint32(16).uint64(message.first);
                if (message.last != null && $Object.hasOwnProperty.call(message, "last") && (typeof message.last === "object" ? message.last.low || message.last.high : message.last !== 0))
                    writer.uint32(24).uint64(message.last);
                if (message.keyframe != null && $Object.hasOwnProperty.call(message, "keyframe") && message.keyframe !== false)
                    writer.uint32(32).bool(message.keyframe);
                if (message.priceDecimals != null && $Object.hasOwnProperty.call(message, "priceDecimals") && message.priceDecimals !== 0)
                    writer.uint32(40).uint32(message.priceDecimals);
                if (message.sizeDecimals != null && $Object.hasOwnProperty.call(message, "sizeDecimals") && message.sizeDecimals !== 0)
                    writer.uint32(48).uint32(message.sizeDecimals);
                if (message.timestampUs != null && $Object.hasOwnProperty.call(message, "timestampUs") && (typeof message.timestampUs === "object" ? message.timestampUs.low || message.timestampUs.high : message.timestampUs !== 0))
                    writer.uint32(56).uint64(message.timestampUs);
                if (message.receivedAtUs != null && $Object.hasOwnProperty.call(message, "receivedAtUs") && (typeof message.receivedAtUs === "object" ? message.receivedAtUs.low || message.receivedAtUs.high : message.receivedAtUs !== 0))
                    writer.uint32(64).uint64(message.receivedAtUs);
                if (message.trade != null && $Object.hasOwnProperty.call(message, "trade"))
                    $root.tapecast.v1.UpdateTrade.encode(message.trade, writer.uint32(82).fork(), _depth + 1).ldelim();
                if (message.quote != null && $Object.hasOwnProperty.call(message, "quote"))
                    $root.tapecast.v1.UpdateQuote.encode(message.quote, writer.uint32(90).fork(), _depth + 1).ldelim();
                if (message.depth != null && $Object.hasOwnProperty.call(message, "depth"))
                    $root.tapecast.v1.UpdateDepth.encode(message.depth, writer.uint32(98).fork(), _depth + 1).ldelim();
                if (message.kline != null && $Object.hasOwnProperty.call(message, "kline"))
                    $root.tapecast.v1.UpdateKline.encode(message.kline, writer.uint32(106).fork(), _depth + 1).ldelim();
                if (message.status != null && $Object.hasOwnProperty.call(message, "status"))
                    $root.tapecast.v1.UpdateStatus.encode(message.status, writer.uint32(114).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Update.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.Update();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.first = value;
                            else
                                delete message.first;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.last = value;
                            else
                                delete message.last;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.keyframe = value;
                            else
                                delete message.keyframe;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.priceDecimals = value;
                            else
                                delete message.priceDecimals;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sizeDecimals = value;
                            else
                                delete message.sizeDecimals;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timestampUs = value;
                            else
                                delete message.timestampUs;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.receivedAtUs = value;
                            else
                                delete message.receivedAtUs;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.trade = $root.tapecast.v1.UpdateTrade.decode(reader, reader.size(), $undefined, _depth + 1, message.trade);
                            message.body = "trade";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.quote = $root.tapecast.v1.UpdateQuote.decode(reader, reader.size(), $undefined, _depth + 1, message.quote);
                            message.body = "quote";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.depth = $root.tapecast.v1.UpdateDepth.decode(reader, reader.size(), $undefined, _depth + 1, message.depth);
                            message.body = "depth";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            message.kline = $root.tapecast.v1.UpdateKline.decode(reader, reader.size(), $undefined, _depth + 1, message.kline);
                            message.body = "kline";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.status = $root.tapecast.v1.UpdateStatus.decode(reader, reader.size(), $undefined, _depth + 1, message.status);
                            message.body = "status";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Update;
        })();

        v1.UpdateTrade = (function() {

            const UpdateTrade = function (properties) {
                this.conditions = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            UpdateTrade.prototype.id = "";
            UpdateTrade.prototype.price = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            UpdateTrade.prototype.size = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            UpdateTrade.prototype.side = 0;
            UpdateTrade.prototype.conditions = $util.emptyArray;

            UpdateTrade.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== "")
                    writer.uint32(10).string(message.id);
                if (message.price != null && $Object.hasOwnProperty.call(message, "price") && (typeof message.price === "object" ? message.price.low || message.price.high : message.price !== 0))
                    writer.uint32(16).sint64(message.price);
                if (message.size != null && $Object.hasOwnProperty.call(message, "size") && (typeof message.size === "object" ? message.size.low || message.size.high : message.size !== 0))
                    writer.uint32(24).sint64(message.size);
                if (message.side != null && $Object.hasOwnProperty.call(message, "side") && message.side !== 0)
                    writer.uint32(32).int32(message.side);
                if (message.conditions != null && message.conditions.length)
                    for (let i = 0; i < message.conditions.length; ++i)
                        writer.uint32(42).string(message.conditions[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            UpdateTrade.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.UpdateTrade();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.price = value;
                            else
                                delete message.price;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.size = value;
                            else
                                delete message.size;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.side = value;
                            else
                                delete message.side;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.conditions && message.conditions.length))
                                message.conditions = [];
                            message.conditions.push(reader.stringVerify());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return UpdateTrade;
        })();

        v1.UpdateQuote = (function() {

            const UpdateQuote = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            UpdateQuote.prototype.last = null;
            UpdateQuote.prototype.open = null;
            UpdateQuote.prototype.high = null;
            UpdateQuote.prototype.low = null;
            UpdateQuote.prototype.prevClose = null;
            UpdateQuote.prototype.change = null;
            UpdateQuote.prototype.changePct = null;
            UpdateQuote.prototype.volume = null;
            UpdateQuote.prototype.turnover = null;
            UpdateQuote.prototype.vwap = null;
            UpdateQuote.prototype.bid = null;
            UpdateQuote.prototype.bidSize = null;
            UpdateQuote.prototype.ask = null;
            UpdateQuote.prototype.askSize = null;
            UpdateQuote.prototype.sinceMs = null;
            UpdateQuote.prototype.cleared = 0;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(UpdateQuote.prototype, "_last", {
                get: $util.oneOfGetter($oneOfFields = ["last"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(UpdateQuote.prototype, "_open", {
                get: $util.oneOfGetter($oneOfFields = ["open"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(UpdateQuote.prototype, "_high", {
                get: $util.oneOfGetter($oneOfFields = ["high"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(UpdateQuote.prototype, "_low", {
                get: $util.oneOfGetter($oneOfFields = ["low"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(UpdateQuote.prototype, "_prevClose", {
                get: $util.oneOfGetter($oneOfFields = ["prevClose"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(UpdateQuote.prototype, "_change", {
                get: $util.oneOfGetter($oneOfFields = ["change"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(UpdateQuote.prototype, "_changePct", {
                get: $util.oneOfGetter($oneOfFields = ["changePct"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(UpdateQuote.prototype, "_bid", {
                get: $util.oneOfGetter($oneOfFields = ["bid"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(UpdateQuote.prototype, "_bidSize", {
                get: $util.oneOfGetter($oneOfFields = ["bidSize"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(UpdateQuote.prototype, "_ask", {
                get: $util.oneOfGetter($oneOfFields = ["ask"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(UpdateQuote.prototype, "_askSize", {
                get: $util.oneOfGetter($oneOfFields = ["askSize"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(UpdateQuote.prototype, "_sinceMs", {
                get: $util.oneOfGetter($oneOfFields = ["sinceMs"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            UpdateQuote.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.last != null && $Object.hasOwnProperty.call(message, "last"))
                    writer.uint32(8).sint64(message.last);
                if (message.open != null && $Object.hasOwnProperty.call(message, "open"))
                    writer.uint32(16).sint64(message.open);
                if (message.high != null && $Object.hasOwnProperty.call(message, "high"))
                    writer.uint32(24).sint64(message.high);
                if (message.low != null && $Object.hasOwnProperty.call(message, "low"))
                    writer.uint32(32).sint64(message.low);
                if (message.prevClose != null && $Object.hasOwnProperty.call(message, "prevClose"))
                    writer.uint32(40).sint64(message.prevClose);
                if (message.change != null && $Object.hasOwnProperty.call(message, "change"))
                    writer.uint32(48).sint64(message.change);
                if (message.changePct != null && $Object.hasOwnProperty.call(message, "changePct"))
                    writer.uint32(56).sint64(message.changePct);
                if (message.volume != null && $Object.hasOwnProperty.call(message, "volume"))
                    $root.tapecast.v1.Sum.encode(message.volume, writer.uint32(66).fork(), _depth + 1).ldelim();
                if (message.turnover != null && $Object.hasOwnProperty.call(message, "turnover"))
                    $root.tapecast.v1.Sum.encode(message.turnover, writer.uint32(74).fork(), _depth + 1).ldelim();
                if (message.vwap != null && $Object.hasOwnProperty.call(message, "vwap"))
                    $root.tapecast.v1.Sum.encode(message.vwap, writer.uint32(82).fork(), _depth + 1).ldelim();
                if (message.bid != null && $Object.hasOwnProperty.call(message, "bid"))
                    writer.uint32(88).sint64(message.bid);
                if (message.bidSize != null && $Object.hasOwnProperty.call(message, "bidSize"))
                    writer.uint32(96).sint64(message.bidSize);
                if (message.ask != null && $Object.hasOwnProperty.call(message, "ask"))
                    writer.uint32(104).sint64(message.ask);
                if (message.askSize != null && $Object.hasOwnProperty.call(message, "askSize"))
                    writer.uint32(112).sint64(message.askSize);
                if (message.sinceMs != null && $Object.hasOwnProperty.call(message, "sinceMs"))
                    writer.uint32(120).uint64(message.sinceMs);
                if (message.cleared != null && $Object.hasOwnProperty.call(message, "cleared") && message.cleared !== 0)
                    writer.uint32(128).uint32(message.cleared);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            UpdateQuote.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.UpdateQuote();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            message.last = reader.sint64();
                            message._last = "last";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            message.open = reader.sint64();
                            message._open = "open";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            message.high = reader.sint64();
                            message._high = "high";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.low = reader.sint64();
                            message._low = "low";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            message.prevClose = reader.sint64();
                            message._prevClose = "prevClose";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            message.change = reader.sint64();
                            message._change = "change";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            message.changePct = reader.sint64();
                            message._changePct = "changePct";
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.volume = $root.tapecast.v1.Sum.decode(reader, reader.size(), $undefined, _depth + 1, message.volume);
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.turnover = $root.tapecast.v1.Sum.decode(reader, reader.size(), $undefined, _depth + 1, message.turnover);
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.vwap = $root.tapecast.v1.Sum.decode(reader, reader.size(), $undefined, _depth + 1, message.vwap);
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            message.bid = reader.sint64();
                            message._bid = "bid";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            message.bidSize = reader.sint64();
                            message._bidSize = "bidSize";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 0)
                                break;
                            message.ask = reader.sint64();
                            message._ask = "ask";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 0)
                                break;
                            message.askSize = reader.sint64();
                            message._askSize = "askSize";
                            continue;
                        }
                    case 15: {
                            if (wireType !== 0)
                                break;
                            message.sinceMs = reader.uint64();
                            message._sinceMs = "sinceMs";
                            continue;
                        }
                    case 16: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.cleared = value;
                            else
                                delete message.cleared;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return UpdateQuote;
        })();

        v1.UpdateDepth = (function() {

            const UpdateDepth = function (properties) {
                this.bids = [];
                this.asks = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            UpdateDepth.prototype.bids = $util.emptyArray;
            UpdateDepth.prototype.asks = $util.emptyArray;

            UpdateDepth.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.bids != null && message.bids.length)
                    writer.uint32(10).sint64s(message.bids);
                if (message.asks != null && message.asks.length)
                    writer.uint32(18).sint64s(message.asks);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            UpdateDepth.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.UpdateDepth();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType === 2) {
                                if (!(message.bids && message.bids.length))
                                    message.bids = [];
                                reader.sint64s(message.bids);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.bids && message.bids.length))
                                message.bids = [];
                            message.bids.push(reader.sint64());
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.asks && message.asks.length))
                                    message.asks = [];
                                reader.sint64s(message.asks);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.asks && message.asks.length))
                                message.asks = [];
                            message.asks.push(reader.sint64());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return UpdateDepth;
        })();

        v1.UpdateKline = (function() {

            const UpdateKline = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            UpdateKline.prototype.interval = "";
            UpdateKline.prototype.startMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            UpdateKline.prototype.open = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            UpdateKline.prototype.high = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            UpdateKline.prototype.low = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            UpdateKline.prototype.close = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            UpdateKline.prototype.volume = null;
            UpdateKline.prototype.turnover = null;
            UpdateKline.prototype.trades = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            UpdateKline.prototype.final = false;
            UpdateKline.prototype.revision = 0;

            UpdateKline.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.interval != null && $Object.hasOwnProperty.call(message, "interval") && message.interval !== "")
                    writer.uint32(10).string(message.interval);
                if (message.startMs != null && $Object.hasOwnProperty.call(message, "startMs") && (typeof message.startMs === "object" ? message.startMs.low || message.startMs.high : message.startMs !== 0))
                    writer.uint32(16).uint64(message.startMs);
                if (message.open != null && $Object.hasOwnProperty.call(message, "open") && (typeof message.open === "object" ? message.open.low || message.open.high : message.open !== 0))
                    writer.uint32(24).sint64(message.open);
                if (message.high != null && $Object.hasOwnProperty.call(message, "high") && (typeof message.high === "object" ? message.high.low || message.high.high : message.high !== 0))
                    writer.uint32(32).sint64(message.high);
                if (message.low != null && $Object.hasOwnProperty.call(message, "low") && (typeof message.low === "object" ? message.low.low || message.low.high : message.low !== 0))
                    writer.uint32(40).sint64(message.low);
                if (message.close != null && $Object.hasOwnProperty.call(message, "close") && (typeof message.close === "object" ? message.close.low || message.close.high : message.close !== 0))
                    writer.uint32(48).sint64(message.close);
                if (message.volume != null && $Object.hasOwnProperty.call(message, "volume"))
                    $root.tapecast.v1.Sum.encode(message.volume, writer.uint32(58).fork(), _depth + 1).ldelim();
                if (message.turnover != null && $Object.hasOwnProperty.call(message, "turnover"))
                    $root.tapecast.v1.Sum.encode(message.turnover, writer.uint32(66).fork(), _depth + 1).ldelim();
                if (message.trades != null && $Object.hasOwnProperty.call(message, "trades") && (typeof message.trades === "object" ? message.trades.low || message.trades.high : message.trades !== 0))
                    writer.uint32(72).uint64(message.trades);
                if (message.final != null && $Object.hasOwnProperty.call(message, "final") && message.final !== false)
                    writer.uint32(80).bool(message.final);
                if (message.revision != null && $Object.hasOwnProperty.call(message, "revision") && message.revision !== 0)
                    writer.uint32(88).uint32(message.revision);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            UpdateKline.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.UpdateKline();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.interval = value;
                            else
                                delete message.interval;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.startMs = value;
                            else
                                delete message.startMs;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.open = value;
                            else
                                delete message.open;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.high = value;
                            else
                                delete message.high;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.low = value;
                            else
                                delete message.low;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.close = value;
                            else
                                delete message.close;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.volume = $root.tapecast.v1.Sum.decode(reader, reader.size(), $undefined, _depth + 1, message.volume);
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.turnover = $root.tapecast.v1.Sum.decode(reader, reader.size(), $undefined, _depth + 1, message.turnover);
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.trades = value;
                            else
                                delete message.trades;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.final = value;
                            else
                                delete message.final;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.revision = value;
                            else
                                delete message.revision;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return UpdateKline;
        })();

        v1.UpdateStatus = (function() {

            const UpdateStatus = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            UpdateStatus.prototype.state = 0;
            UpdateStatus.prototype.sinceMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            UpdateStatus.prototype.source = "";
            UpdateStatus.prototype.reason = "";

            UpdateStatus.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                    writer.uint32(8).int32(message.state);
                if (message.sinceMs != null && $Object.hasOwnProperty.call(message, "sinceMs") && (typeof message.sinceMs === "object" ? message.sinceMs.low || message.sinceMs.high : message.sinceMs !== 0))
                    writer.uint32(16).uint64(message.sinceMs);
                if (message.source != null && $Object.hasOwnProperty.call(message, "source") && message.source !== "")
                    writer.uint32(26).string(message.source);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(34).string(message.reason);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            UpdateStatus.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.UpdateStatus();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sinceMs = value;
                            else
                                delete message.sinceMs;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.source = value;
                            else
                                delete message.source;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return UpdateStatus;
        })();

        v1.InstrumentView = (function() {

            const InstrumentView = function (properties) {
                this.seqs = [];
                this.bars = [];
                this.trades = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            InstrumentView.prototype.instrument = "";
            InstrumentView.prototype.epoch = "";
            InstrumentView.prototype.priceDecimals = 0;
            InstrumentView.prototype.sizeDecimals = 0;
            InstrumentView.prototype.seqs = $util.emptyArray;
            InstrumentView.prototype.quote = null;
            InstrumentView.prototype.quoteTimestampUs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            InstrumentView.prototype.depth = null;
            InstrumentView.prototype.bookTimestampUs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            InstrumentView.prototype.bars = $util.emptyArray;
            InstrumentView.prototype.trades = $util.emptyArray;
            InstrumentView.prototype.status = null;

            InstrumentView.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.instrument != null && $Object.hasOwnProperty.call(message, "instrument") && message.instrument !== "")
                    writer.uint32(10).string(message.instrument);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== "")
                    writer.uint32(18).string(message.epoch);
                if (message.priceDecimals != null && $Object.hasOwnProperty.call(message, "priceDecimals") && message.priceDecimals !== 0)
                    writer.uint32(24).uint32(message.priceDecimals);
                if (message.sizeDecimals != null && $Object.hasOwnProperty.call(message, "sizeDecimals") && message.sizeDecimals !== 0)
                    writer.uint32(32).uint32(message.sizeDecimals);
                if (message.seqs != null && message.seqs.length)
                    for (let i = 0; i < message.seqs.length; ++i)
                        $root.tapecast.v1.SequenceRange.encode(message.seqs[i], writer.uint32(42).fork(), _depth + 1).ldelim();
                if (message.quote != null && $Object.hasOwnProperty.call(message, "quote"))
                    $root.tapecast.v1.UpdateQuote.encode(message.quote, writer.uint32(50).fork(), _depth + 1).ldelim();
                if (message.quoteTimestampUs != null && $Object.hasOwnProperty.call(message, "quoteTimestampUs") && (typeof message.quoteTimestampUs === "object" ? message.quoteTimestampUs.low || message.quoteTimestampUs.high : message.quoteTimestampUs !== 0))
                    writer.uint32(56).uint64(message.quoteTimestampUs);
                if (message.depth != null && $Object.hasOwnProperty.call(message, "depth"))
                    $root.tapecast.v1.UpdateDepth.encode(message.depth, writer.uint32(66).fork(), _depth + 1).ldelim();
                if (message.bookTimestampUs != null && $Object.hasOwnProperty.call(message, "bookTimestampUs") && (typeof message.bookTimestampUs === "object" ? message.bookTimestampUs.low || message.bookTimestampUs.high : message.bookTimestampUs !== 0))
                    writer.uint32(72).uint64(message.bookTimestampUs);
                if (message.bars != null && message.bars.length)
                    for (let i = 0; i < message.bars.length; ++i)
                        $root.tapecast.v1.Update.encode(message.bars[i], writer.uint32(82).fork(), _depth + 1).ldelim();
                if (message.trades != null && message.trades.length)
                    for (let i = 0; i < message.trades.length; ++i)
                        $root.tapecast.v1.Update.encode(message.trades[i], writer.uint32(90).fork(), _depth + 1).ldelim();
                if (message.status != null && $Object.hasOwnProperty.call(message, "status"))
                    $root.tapecast.v1.UpdateStatus.encode(message.status, writer.uint32(98).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            InstrumentView.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tapecast.v1.InstrumentView();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.instrument = value;
                            else
                                delete message.instrument;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.priceDecimals = value;
                            else
                                delete message.priceDecimals;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sizeDecimals = value;
                            else
                                delete message.sizeDecimals;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.seqs && message.seqs.length))
                                message.seqs = [];
                            message.seqs.push($root.tapecast.v1.SequenceRange.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.quote = $root.tapecast.v1.UpdateQuote.decode(reader, reader.size(), $undefined, _depth + 1, message.quote);
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.quoteTimestampUs = value;
                            else
                                delete message.quoteTimestampUs;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.depth = $root.tapecast.v1.UpdateDepth.decode(reader, reader.size(), $undefined, _depth + 1, message.depth);
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.bookTimestampUs = value;
                            else
                                delete message.bookTimestampUs;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            if (!(message.bars && message.bars.length))
                                message.bars = [];
                            message.bars.push($root.tapecast.v1.Update.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            if (!(message.trades && message.trades.length))
                                message.trades = [];
                            message.trades.push($root.tapecast.v1.Update.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.status = $root.tapecast.v1.UpdateStatus.decode(reader, reader.size(), $undefined, _depth + 1, message.status);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return InstrumentView;
        })();

        return v1;
    })();

    return tapecast;
})();

export {
  $root as default
};
