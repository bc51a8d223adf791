// Generated from proto/ by scripts/generate.mjs. Do not edit.
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["tapecast-client"] || ($protobuf.roots["tapecast-client"] = {});

export const tapecast = $root.tapecast = (() => {

    const tapecast = {};

    tapecast.v1 = (function() {

        const v1 = {};

        v1.ClientMessage = (function() {

            const ClientMessage = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ClientMessage.prototype.idText = null;
            ClientMessage.prototype.idNumber = null;
            ClientMessage.prototype.auth = null;
            ClientMessage.prototype.subscribe = null;
            ClientMessage.prototype.unsubscribe = null;
            ClientMessage.prototype.querySubscribe = null;
            ClientMessage.prototype.resync = null;
            ClientMessage.prototype.resume = null;
            ClientMessage.prototype.ack = null;
            ClientMessage.prototype.ping = null;

            let $oneOfFields;

            $Object.defineProperty(ClientMessage.prototype, "id", {
                get: $util.oneOfGetter($oneOfFields = ["idText", "idNumber"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            $Object.defineProperty(ClientMessage.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["auth", "subscribe", "unsubscribe", "querySubscribe", "resync", "resume", "ack", "ping"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            ClientMessage.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.idText != null && $Object.hasOwnProperty.call(message, "idText"))
                    writer.uint32(10).string(message.idText);
                if (message.idNumber != null && $Object.hasOwnProperty.call(message, "idNumber"))
                    writer.uint32(17).double(message.idNumber);
                if (message.auth != null && $Object.hasOwnProperty.call(message, "auth"))
                    $root.tapecast.v1.ClientAuth.encode(message.auth, writer.uint32(82).fork(), _depth + 1).ldelim();
                if (message.subscribe != null && $Object.hasOwnProperty.call(message, "subscribe"))
                    $root.tapecast.v1.ClientSubscribe.encode(message.subscribe, writer.uint32(90).fork(), _depth + 1).ldelim();
                if (message.unsubscribe != null && $Object.hasOwnProperty.call(message, "unsubscribe"))
                    $root.tapecast.v1.ClientUnsubscribe.encode(message.unsubscribe, writer.uint32(98).fork(), _depth + 1).ldelim();
                if (message.querySubscribe != null && $Object.hasOwnProperty.call(message, "querySubscribe"))
                    $root.tapecast.v1.ClientQuerySubscribe.encode(message.querySubscribe, writer.uint32(106).fork(), _depth + 1).ldelim();
                if (message.resync != null && $Object.hasOwnProperty.call(message, "resync"))
                    $root.tapecast.v1.ClientResync.encode(message.resync, writer.uint32(114).fork(), _depth + 1).ldelim();
                if (message.resume != null && $Object.hasOwnProperty.call(message, "resume"))
                    $root.tapecast.v1.ClientResume.encode(message.resume, writer.uint32(122).fork(), _depth + 1).ldelim();
                if (message.ack != null && $Object.hasOwnProperty.call(message, "ack"))
                    $root.tapecast.v1.ClientAck.encode(message.ack, writer.uint32(130).fork(), _depth + 1).ldelim();
                if (message.ping != null && $Object.hasOwnProperty.call(message, "ping"))
                    $root.tapecast.v1.ClientPing.encode(message.ping, writer.uint32(138).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ClientMessage.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ClientMessage();
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
                            message.idText = reader.stringVerify();
                            message.id = "idText";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 1)
                                break;
                            message.idNumber = reader.double();
                            message.id = "idNumber";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.auth = $root.tapecast.v1.ClientAuth.decode(reader, reader.size(), $undefined, _depth + 1, message.auth);
                            message.body = "auth";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.subscribe = $root.tapecast.v1.ClientSubscribe.decode(reader, reader.size(), $undefined, _depth + 1, message.subscribe);
                            message.body = "subscribe";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.unsubscribe = $root.tapecast.v1.ClientUnsubscribe.decode(reader, reader.size(), $undefined, _depth + 1, message.unsubscribe);
                            message.body = "unsubscribe";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            message.querySubscribe = $root.tapecast.v1.ClientQuerySubscribe.decode(reader, reader.size(), $undefined, _depth + 1, message.querySubscribe);
                            message.body = "querySubscribe";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.resync = $root.tapecast.v1.ClientResync.decode(reader, reader.size(), $undefined, _depth + 1, message.resync);
                            message.body = "resync";
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            message.resume = $root.tapecast.v1.ClientResume.decode(reader, reader.size(), $undefined, _depth + 1, message.resume);
                            message.body = "resume";
                            continue;
                        }
                    case 16: {
                            if (wireType !== 2)
                                break;
                            message.ack = $root.tapecast.v1.ClientAck.decode(reader, reader.size(), $undefined, _depth + 1, message.ack);
                            message.body = "ack";
                            continue;
                        }
                    case 17: {
                            if (wireType !== 2)
                                break;
                            message.ping = $root.tapecast.v1.ClientPing.decode(reader, reader.size(), $undefined, _depth + 1, message.ping);
                            message.body = "ping";
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

            return ClientMessage;
        })();

        v1.ClientAuth = (function() {

            const ClientAuth = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ClientAuth.prototype.token = "";

            ClientAuth.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token !== "")
                    writer.uint32(10).string(message.token);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ClientAuth.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ClientAuth();
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
                                message.token = value;
                            else
                                delete message.token;
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

            return ClientAuth;
        })();

        v1.ClientSubscribe = (function() {

            const ClientSubscribe = function (properties) {
                this.channels = [];
                this.symbols = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ClientSubscribe.prototype.channels = $util.emptyArray;
            ClientSubscribe.prototype.symbols = $util.emptyArray;
            ClientSubscribe.prototype.intervalMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            ClientSubscribe.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.channels != null && message.channels.length)
                    for (let i = 0; i < message.channels.length; ++i)
                        writer.uint32(10).string(message.channels[i]);
                if (message.symbols != null && message.symbols.length)
                    for (let i = 0; i < message.symbols.length; ++i)
                        writer.uint32(18).string(message.symbols[i]);
                if (message.intervalMs != null && $Object.hasOwnProperty.call(message, "intervalMs") && (typeof message.intervalMs === "object" ? message.intervalMs.low || message.intervalMs.high : message.intervalMs !== 0))
                    writer.uint32(24).uint64(message.intervalMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ClientSubscribe.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ClientSubscribe();
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
                            if (!(message.channels && message.channels.length))
                                message.channels = [];
                            message.channels.push(reader.stringVerify());
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.symbols && message.symbols.length))
                                message.symbols = [];
                            message.symbols.push(reader.stringVerify());
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.intervalMs = value;
                            else
                                delete message.intervalMs;
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

            return ClientSubscribe;
        })();

        v1.ClientUnsubscribe = (function() {

            const ClientUnsubscribe = function (properties) {
                this.channels = [];
                this.symbols = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ClientUnsubscribe.prototype.channels = $util.emptyArray;
            ClientUnsubscribe.prototype.symbols = $util.emptyArray;

            ClientUnsubscribe.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.channels != null && message.channels.length)
                    for (let i = 0; i < message.channels.length; ++i)
                        writer.uint32(10).string(message.channels[i]);
                if (message.symbols != null && message.symbols.length)
                    for (let i = 0; i < message.symbols.length; ++i)
                        writer.uint32(18).string(message.symbols[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ClientUnsubscribe.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ClientUnsubscribe();
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
                            if (!(message.channels && message.channels.length))
                                message.channels = [];
                            message.channels.push(reader.stringVerify());
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.symbols && message.symbols.length))
                                message.symbols = [];
                            message.symbols.push(reader.stringVerify());
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

            return ClientUnsubscribe;
        })();

        v1.ClientQuerySubscribe = (function() {

            const ClientQuerySubscribe = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ClientQuerySubscribe.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ClientQuerySubscribe.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ClientQuerySubscribe();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    reader.skipType(tag & 7, _depth, tag);
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

            return ClientQuerySubscribe;
        })();

        v1.ClientResync = (function() {

            const ClientResync = function (properties) {
                this.channels = [];
                this.symbols = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ClientResync.prototype.channels = $util.emptyArray;
            ClientResync.prototype.symbols = $util.emptyArray;

            ClientResync.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.channels != null && message.channels.length)
                    for (let i = 0; i < message.channels.length; ++i)
                        writer.uint32(10).string(message.channels[i]);
                if (message.symbols != null && message.symbols.length)
                    for (let i = 0; i < message.symbols.length; ++i)
                        writer.uint32(18).string(message.symbols[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ClientResync.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ClientResync();
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
                            if (!(message.channels && message.channels.length))
                                message.channels = [];
                            message.channels.push(reader.stringVerify());
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.symbols && message.symbols.length))
                                message.symbols = [];
                            message.symbols.push(reader.stringVerify());
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

            return ClientResync;
        })();

        v1.ClientResume = (function() {

            const ClientResume = function (properties) {
                this.positions = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ClientResume.prototype.token = "";
            ClientResume.prototype.positions = $util.emptyArray;
            ClientResume.prototype.more = false;

            ClientResume.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token !== "")
                    writer.uint32(10).string(message.token);
                if (message.positions != null && message.positions.length)
                    for (let i = 0; i < message.positions.length; ++i)
                        $root.tapecast.v1.ResumePosition.encode(message.positions[i], writer.uint32(18).fork(), _depth + 1).ldelim();
                if (message.more != null && $Object.hasOwnProperty.call(message, "more") && message.more !== false)
                    writer.uint32(24).bool(message.more);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ClientResume.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ClientResume();
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
                                message.token = value;
                            else
                                delete message.token;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.positions && message.positions.length))
                                message.positions = [];
                            message.positions.push($root.tapecast.v1.ResumePosition.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.more = value;
                            else
                                delete message.more;
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

            return ClientResume;
        })();

        v1.ResumePosition = (function() {

            const ResumePosition = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ResumePosition.prototype.symbol = "";
            ResumePosition.prototype.channel = "";
            ResumePosition.prototype.epoch = "";
            ResumePosition.prototype.seq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ResumePosition.prototype.intervalMs = null;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ResumePosition.prototype, "_intervalMs", {
                get: $util.oneOfGetter($oneOfFields = ["intervalMs"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            ResumePosition.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.symbol != null && $Object.hasOwnProperty.call(message, "symbol") && message.symbol !== "")
                    writer.uint32(10).string(message.symbol);
                if (message.channel != null && $Object.hasOwnProperty.call(message, "channel") && message.channel !== "")
                    writer.uint32(18).string(message.channel);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== "")
                    writer.uint32(26).string(message.epoch);
                if (message.seq != null && $Object.hasOwnProperty.call(message, "seq") && (typeof message.seq === "object" ? message.seq.low || message.seq.high : message.seq !== 0))
                    writer.uint32(32).uint64(message.seq);
                if (message.intervalMs != null && $Object.hasOwnProperty.call(message, "intervalMs"))
                    writer.uint32(40).uint64(message.intervalMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ResumePosition.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ResumePosition();
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
                                message.symbol = value;
                            else
                                delete message.symbol;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.channel = value;
                            else
                                delete message.channel;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.seq = value;
                            else
                                delete message.seq;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            message.intervalMs = reader.uint64();
                            message._intervalMs = "intervalMs";
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

            return ResumePosition;
        })();

        v1.ClientAck = (function() {

            const ClientAck = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ClientAck.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ClientAck.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ClientAck();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    reader.skipType(tag & 7, _depth, tag);
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

            return ClientAck;
        })();

        v1.ClientPing = (function() {

            const ClientPing = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ClientPing.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ClientPing.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ClientPing();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    reader.skipType(tag & 7, _depth, tag);
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

            return ClientPing;
        })();

        v1.ServerFrame = (function() {

            const ServerFrame = function (properties) {
                this.messages = [];
                this.deltas = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServerFrame.prototype.publishedAtUs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerFrame.prototype.receivedAtUs = null;
            ServerFrame.prototype.messages = $util.emptyArray;
            ServerFrame.prototype.deltas = $util.emptyArray;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerFrame.prototype, "_receivedAtUs", {
                get: $util.oneOfGetter($oneOfFields = ["receivedAtUs"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            ServerFrame.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.publishedAtUs != null && $Object.hasOwnProperty.call(message, "publishedAtUs") && (typeof message.publishedAtUs === "object" ? message.publishedAtUs.low || message.publishedAtUs.high : message.publishedAtUs !== 0))
                    writer.uint32(8).uint64(message.publishedAtUs);
                if (message.receivedAtUs != null && $Object.hasOwnProperty.call(message, "receivedAtUs"))
                    writer.uint32(16).uint64(message.receivedAtUs);
                if (message.messages != null && message.messages.length)
                    for (let i = 0; i < message.messages.length; ++i)
                        $root.tapecast.v1.ServerMessage.encode(message.messages[i], writer.uint32(26).fork(), _depth + 1).ldelim();
                if (message.deltas != null && message.deltas.length)
                    writer.uint32(34).uint64s(message.deltas);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServerFrame.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ServerFrame();
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
                                message.publishedAtUs = value;
                            else
                                delete message.publishedAtUs;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            message.receivedAtUs = reader.uint64();
                            message._receivedAtUs = "receivedAtUs";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.messages && message.messages.length))
                                message.messages = [];
                            message.messages.push($root.tapecast.v1.ServerMessage.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.deltas && message.deltas.length))
                                    message.deltas = [];
                                reader.uint64s(message.deltas);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.deltas && message.deltas.length))
                                message.deltas = [];
                            message.deltas.push(reader.uint64());
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

            return ServerFrame;
        })();

        v1.ServerMessage = (function() {

            const ServerMessage = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServerMessage.prototype.hello = null;
            ServerMessage.prototype.success = null;
            ServerMessage.prototype.error = null;
            ServerMessage.prototype.pong = null;
            ServerMessage.prototype.heartbeat = null;
            ServerMessage.prototype.status = null;
            ServerMessage.prototype.notice = null;
            ServerMessage.prototype.trade = null;
            ServerMessage.prototype.quote = null;
            ServerMessage.prototype.depth = null;
            ServerMessage.prototype.kline = null;

            let $oneOfFields;

            $Object.defineProperty(ServerMessage.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["hello", "success", "error", "pong", "heartbeat", "status", "notice", "trade", "quote", "depth", "kline"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            ServerMessage.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hello != null && $Object.hasOwnProperty.call(message, "hello"))
                    $root.tapecast.v1.ServerHello.encode(message.hello, writer.uint32(10).fork(), _depth + 1).ldelim();
                if (message.success != null && $Object.hasOwnProperty.call(message, "success"))
                    $root.tapecast.v1.ServerSuccess.encode(message.success, writer.uint32(18).fork(), _depth + 1).ldelim();
                if (message.error != null && $Object.hasOwnProperty.call(message, "error"))
                    $root.tapecast.v1.ServerError.encode(message.error, writer.uint32(26).fork(), _depth + 1).ldelim();
                if (message.pong != null && $Object.hasOwnProperty.call(message, "pong"))
                    $root.tapecast.v1.ServerPong.encode(message.pong, writer.uint32(34).fork(), _depth + 1).ldelim();
                if (message.heartbeat != null && $Object.hasOwnProperty.call(message, "heartbeat"))
                    $root.tapecast.v1.ServerHeartbeat.encode(message.heartbeat, writer.uint32(42).fork(), _depth + 1).ldelim();
                if (message.status != null && $Object.hasOwnProperty.call(message, "status"))
                    $root.tapecast.v1.ServerStatus.encode(message.status, writer.uint32(50).fork(), _depth + 1).ldelim();
                if (message.notice != null && $Object.hasOwnProperty.call(message, "notice"))
                    $root.tapecast.v1.ServerNotice.encode(message.notice, writer.uint32(58).fork(), _depth + 1).ldelim();
                if (message.trade != null && $Object.hasOwnProperty.call(message, "trade"))
                    $root.tapecast.v1.ServerTrade.encode(message.trade, writer.uint32(82).fork(), _depth + 1).ldelim();
                if (message.quote != null && $Object.hasOwnProperty.call(message, "quote"))
                    $root.tapecast.v1.ServerQuote.encode(message.quote, writer.uint32(90).fork(), _depth + 1).ldelim();
                if (message.depth != null && $Object.hasOwnProperty.call(message, "depth"))
                    $root.tapecast.v1.ServerDepth.encode(message.depth, writer.uint32(98).fork(), _depth + 1).ldelim();
                if (message.kline != null && $Object.hasOwnProperty.call(message, "kline"))
                    $root.tapecast.v1.ServerKline.encode(message.kline, writer.uint32(106).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServerMessage.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ServerMessage();
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
                            message.hello = $root.tapecast.v1.ServerHello.decode(reader, reader.size(), $undefined, _depth + 1, message.hello);
                            message.body = "hello";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.success = $root.tapecast.v1.ServerSuccess.decode(reader, reader.size(), $undefined, _depth + 1, message.success);
                            message.body = "success";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.error = $root.tapecast.v1.ServerError.decode(reader, reader.size(), $undefined, _depth + 1, message.error);
                            message.body = "error";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.pong = $root.tapecast.v1.ServerPong.decode(reader, reader.size(), $undefined, _depth + 1, message.pong);
                            message.body = "pong";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.heartbeat = $root.tapecast.v1.ServerHeartbeat.decode(reader, reader.size(), $undefined, _depth + 1, message.heartbeat);
                            message.body = "heartbeat";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.status = $root.tapecast.v1.ServerStatus.decode(reader, reader.size(), $undefined, _depth + 1, message.status);
                            message.body = "status";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.notice = $root.tapecast.v1.ServerNotice.decode(reader, reader.size(), $undefined, _depth + 1, message.notice);
                            message.body = "notice";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.trade = $root.tapecast.v1.ServerTrade.decode(reader, reader.size(), $undefined, _depth + 1, message.trade);
                            message.body = "trade";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.quote = $root.tapecast.v1.ServerQuote.decode(reader, reader.size(), $undefined, _depth + 1, message.quote);
                            message.body = "quote";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.depth = $root.tapecast.v1.ServerDepth.decode(reader, reader.size(), $undefined, _depth + 1, message.depth);
                            message.body = "depth";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            message.kline = $root.tapecast.v1.ServerKline.decode(reader, reader.size(), $undefined, _depth + 1, message.kline);
                            message.body = "kline";
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

            return ServerMessage;
        })();

        v1.ServerHello = (function() {

            const ServerHello = function (properties) {
                this.limits = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServerHello.prototype.session = "";
            ServerHello.prototype.serverTime = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerHello.prototype.heartbeatMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerHello.prototype.protocol = "";
            ServerHello.prototype.limits = $util.emptyArray;
            ServerHello.prototype.resumeToken = "";

            ServerHello.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.session != null && $Object.hasOwnProperty.call(message, "session") && message.session !== "")
                    writer.uint32(10).string(message.session);
                if (message.serverTime != null && $Object.hasOwnProperty.call(message, "serverTime") && (typeof message.serverTime === "object" ? message.serverTime.low || message.serverTime.high : message.serverTime !== 0))
                    writer.uint32(16).uint64(message.serverTime);
                if (message.heartbeatMs != null && $Object.hasOwnProperty.call(message, "heartbeatMs") && (typeof message.heartbeatMs === "object" ? message.heartbeatMs.low || message.heartbeatMs.high : message.heartbeatMs !== 0))
                    writer.uint32(24).uint64(message.heartbeatMs);
                if (message.protocol != null && $Object.hasOwnProperty.call(message, "protocol") && message.protocol !== "")
                    writer.uint32(34).string(message.protocol);
                if (message.limits != null && message.limits.length)
                    for (let i = 0; i < message.limits.length; ++i)
                        $root.tapecast.v1.ServerLimit.encode(message.limits[i], writer.uint32(42).fork(), _depth + 1).ldelim();
                if (message.resumeToken != null && $Object.hasOwnProperty.call(message, "resumeToken") && message.resumeToken !== "")
                    writer.uint32(50).string(message.resumeToken);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServerHello.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ServerHello();
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
                                message.session = value;
                            else
                                delete message.session;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.serverTime = value;
                            else
                                delete message.serverTime;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.heartbeatMs = value;
                            else
                                delete message.heartbeatMs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.protocol = value;
                            else
                                delete message.protocol;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.limits && message.limits.length))
                                message.limits = [];
                            message.limits.push($root.tapecast.v1.ServerLimit.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.resumeToken = value;
                            else
                                delete message.resumeToken;
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

            return ServerHello;
        })();

        v1.ServerLimit = (function() {

            const ServerLimit = function (properties) {
                this.values = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServerLimit.prototype.name = "";
            ServerLimit.prototype.values = $util.emptyArray;
            ServerLimit.prototype.list = false;

            ServerLimit.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.values != null && message.values.length)
                    writer.uint32(18).uint64s(message.values);
                if (message.list != null && $Object.hasOwnProperty.call(message, "list") && message.list !== false)
                    writer.uint32(24).bool(message.list);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServerLimit.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ServerLimit();
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
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.values && message.values.length))
                                    message.values = [];
                                reader.uint64s(message.values);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.values && message.values.length))
                                message.values = [];
                            message.values.push(reader.uint64());
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.list = value;
                            else
                                delete message.list;
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

            return ServerLimit;
        })();

        v1.ServerSuccess = (function() {

            const ServerSuccess = function (properties) {
                this.results = [];
                this.subscriptions = [];
                this.limits = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServerSuccess.prototype.action = "";
            ServerSuccess.prototype.idText = null;
            ServerSuccess.prototype.idNumber = null;
            ServerSuccess.prototype.msg = "";
            ServerSuccess.prototype.results = $util.emptyArray;
            ServerSuccess.prototype.subscriptions = $util.emptyArray;
            ServerSuccess.prototype.hasResults = false;
            ServerSuccess.prototype.hasSubscriptions = false;
            ServerSuccess.prototype.limits = $util.emptyArray;
            ServerSuccess.prototype.session = null;
            ServerSuccess.prototype.resumeToken = null;
            ServerSuccess.prototype.sessionResumed = null;

            let $oneOfFields;

            $Object.defineProperty(ServerSuccess.prototype, "id", {
                get: $util.oneOfGetter($oneOfFields = ["idText", "idNumber"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerSuccess.prototype, "_session", {
                get: $util.oneOfGetter($oneOfFields = ["session"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerSuccess.prototype, "_resumeToken", {
                get: $util.oneOfGetter($oneOfFields = ["resumeToken"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerSuccess.prototype, "_sessionResumed", {
                get: $util.oneOfGetter($oneOfFields = ["sessionResumed"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            ServerSuccess.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.action != null && $Object.hasOwnProperty.call(message, "action") && message.action !== "")
                    writer.uint32(10).string(message.action);
                if (message.idText != null && $Object.hasOwnProperty.call(message, "idText"))
                    writer.uint32(18).string(message.idText);
                if (message.idNumber != null && $Object.hasOwnProperty.call(message, "idNumber"))
                    writer.uint32(25).double(message.idNumber);
                if (message.msg != null && $Object.hasOwnProperty.call(message, "msg") && message.msg !== "")
                    writer.uint32(34).string(message.msg);
                if (message.results != null && message.results.length)
                    for (let i = 0; i < message.results.length; ++i)
                        $root.tapecast.v1.SubscriptionResult.encode(message.results[i], writer.uint32(42).fork(), _depth + 1).ldelim();
                if (message.subscriptions != null && message.subscriptions.length)
                    for (let i = 0; i < message.subscriptions.length; ++i)
                        $root.tapecast.v1.Subscription.encode(message.subscriptions[i], writer.uint32(50).fork(), _depth + 1).ldelim();
                if (message.hasResults != null && $Object.hasOwnProperty.call(message, "hasResults") && message.hasResults !== false)
                    writer.uint32(56).bool(message.hasResults);
                if (message.hasSubscriptions != null && $Object.hasOwnProperty.call(message, "hasSubscriptions") && message.hasSubscriptions !== false)
                    writer.uint32(64).bool(message.hasSubscriptions);
                if (message.limits != null && message.limits.length)
                    for (let i = 0; i < message.limits.length; ++i)
                        $root.tapecast.v1.ServerLimit.encode(message.limits[i], writer.uint32(74).fork(), _depth + 1).ldelim();
                if (message.session != null && $Object.hasOwnProperty.call(message, "session"))
                    writer.uint32(82).string(message.session);
                if (message.resumeToken != null && $Object.hasOwnProperty.call(message, "resumeToken"))
                    writer.uint32(90).string(message.resumeToken);
                if (message.sessionResumed != null && $Object.hasOwnProperty.call(message, "sessionResumed"))
                    writer.uint32(96).bool(message.sessionResumed);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServerSuccess.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ServerSuccess();
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
                                message.action = value;
                            else
                                delete message.action;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.idText = reader.stringVerify();
                            message.id = "idText";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 1)
                                break;
                            message.idNumber = reader.double();
                            message.id = "idNumber";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.msg = value;
                            else
                                delete message.msg;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.results && message.results.length))
                                message.results = [];
                            message.results.push($root.tapecast.v1.SubscriptionResult.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.subscriptions && message.subscriptions.length))
                                message.subscriptions = [];
                            message.subscriptions.push($root.tapecast.v1.Subscription.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.hasResults = value;
                            else
                                delete message.hasResults;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.hasSubscriptions = value;
                            else
                                delete message.hasSubscriptions;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if (!(message.limits && message.limits.length))
                                message.limits = [];
                            message.limits.push($root.tapecast.v1.ServerLimit.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.session = reader.stringVerify();
                            message._session = "session";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.resumeToken = reader.stringVerify();
                            message._resumeToken = "resumeToken";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            message.sessionResumed = reader.bool();
                            message._sessionResumed = "sessionResumed";
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

            return ServerSuccess;
        })();

        v1.SubscriptionResult = (function() {

            const SubscriptionResult = function (properties) {
                this.lost = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            SubscriptionResult.prototype.symbol = "";
            SubscriptionResult.prototype.channel = "";
            SubscriptionResult.prototype.ok = false;
            SubscriptionResult.prototype.epoch = null;
            SubscriptionResult.prototype.seq = null;
            SubscriptionResult.prototype.intervalMs = null;
            SubscriptionResult.prototype.streamNumber = null;
            SubscriptionResult.prototype.outcome = null;
            SubscriptionResult.prototype.from = null;
            SubscriptionResult.prototype.lost = $util.emptyArray;
            SubscriptionResult.prototype.code = null;
            SubscriptionResult.prototype.msg = null;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(SubscriptionResult.prototype, "_epoch", {
                get: $util.oneOfGetter($oneOfFields = ["epoch"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(SubscriptionResult.prototype, "_seq", {
                get: $util.oneOfGetter($oneOfFields = ["seq"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(SubscriptionResult.prototype, "_intervalMs", {
                get: $util.oneOfGetter($oneOfFields = ["intervalMs"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(SubscriptionResult.prototype, "_streamNumber", {
                get: $util.oneOfGetter($oneOfFields = ["streamNumber"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(SubscriptionResult.prototype, "_outcome", {
                get: $util.oneOfGetter($oneOfFields = ["outcome"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(SubscriptionResult.prototype, "_from", {
                get: $util.oneOfGetter($oneOfFields = ["from"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(SubscriptionResult.prototype, "_code", {
                get: $util.oneOfGetter($oneOfFields = ["code"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(SubscriptionResult.prototype, "_msg", {
                get: $util.oneOfGetter($oneOfFields = ["msg"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            SubscriptionResult.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.symbol != null && $Object.hasOwnProperty.call(message, "symbol") && message.symbol !== "")
                    writer.uint32(10).string(message.symbol);
                if (message.channel != null && $Object.hasOwnProperty.call(message, "channel") && message.channel !== "")
                    writer.uint32(18).string(message.channel);
                if (message.ok != null && $Object.hasOwnProperty.call(message, "ok") && message.ok !== false)
                    writer.uint32(24).bool(message.ok);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch"))
                    writer.uint32(34).string(message.epoch);
                if (message.seq != null && $Object.hasOwnProperty.call(message, "seq"))
                    writer.uint32(40).uint64(message.seq);
                if (message.intervalMs != null && $Object.hasOwnProperty.call(message, "intervalMs"))
                    writer.uint32(48).uint64(message.intervalMs);
                if (message.streamNumber != null && $Object.hasOwnProperty.call(message, "streamNumber"))
                    writer.uint32(56).uint32(message.streamNumber);
                if (message.code != null && $Object.hasOwnProperty.call(message, "code"))
                    writer.uint32(66).string(message.code);
                if (message.msg != null && $Object.hasOwnProperty.call(message, "msg"))
                    writer.uint32(74).string(message.msg);
                if (message.outcome != null && $Object.hasOwnProperty.call(message, "outcome"))
                    writer.uint32(82).string(message.outcome);
                if (message.from != null && $Object.hasOwnProperty.call(message, "from"))
                    writer.uint32(88).uint64(message.from);
                if (message.lost != null && message.lost.length)
                    writer.uint32(98).uint64s(message.lost);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            SubscriptionResult.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.SubscriptionResult();
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
                                message.symbol = value;
                            else
                                delete message.symbol;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.channel = value;
                            else
                                delete message.channel;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.ok = value;
                            else
                                delete message.ok;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.epoch = reader.stringVerify();
                            message._epoch = "epoch";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            message.seq = reader.uint64();
                            message._seq = "seq";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            message.intervalMs = reader.uint64();
                            message._intervalMs = "intervalMs";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            message.streamNumber = reader.uint32();
                            message._streamNumber = "streamNumber";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.outcome = reader.stringVerify();
                            message._outcome = "outcome";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            message.from = reader.uint64();
                            message._from = "from";
                            continue;
                        }
                    case 12: {
                            if (wireType === 2) {
                                if (!(message.lost && message.lost.length))
                                    message.lost = [];
                                reader.uint64s(message.lost);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.lost && message.lost.length))
                                message.lost = [];
                            message.lost.push(reader.uint64());
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.code = reader.stringVerify();
                            message._code = "code";
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.msg = reader.stringVerify();
                            message._msg = "msg";
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

            return SubscriptionResult;
        })();

        v1.Subscription = (function() {

            const Subscription = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Subscription.prototype.symbol = "";
            Subscription.prototype.channel = "";
            Subscription.prototype.intervalMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Subscription.prototype.epoch = "";
            Subscription.prototype.seq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            Subscription.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.symbol != null && $Object.hasOwnProperty.call(message, "symbol") && message.symbol !== "")
                    writer.uint32(10).string(message.symbol);
                if (message.channel != null && $Object.hasOwnProperty.call(message, "channel") && message.channel !== "")
                    writer.uint32(18).string(message.channel);
                if (message.intervalMs != null && $Object.hasOwnProperty.call(message, "intervalMs") && (typeof message.intervalMs === "object" ? message.intervalMs.low || message.intervalMs.high : message.intervalMs !== 0))
                    writer.uint32(24).uint64(message.intervalMs);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== "")
                    writer.uint32(34).string(message.epoch);
                if (message.seq != null && $Object.hasOwnProperty.call(message, "seq") && (typeof message.seq === "object" ? message.seq.low || message.seq.high : message.seq !== 0))
                    writer.uint32(40).uint64(message.seq);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Subscription.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.Subscription();
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
                                message.symbol = value;
                            else
                                delete message.symbol;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.channel = value;
                            else
                                delete message.channel;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.intervalMs = value;
                            else
                                delete message.intervalMs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.seq = value;
                            else
                                delete message.seq;
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

            return Subscription;
        })();

        v1.ServerError = (function() {

            const ServerError = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServerError.prototype.action = null;
            ServerError.prototype.idText = null;
            ServerError.prototype.idNumber = null;
            ServerError.prototype.code = "";
            ServerError.prototype.msg = "";
            ServerError.prototype.temporary = false;
            ServerError.prototype.retryAfterMs = null;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerError.prototype, "_action", {
                get: $util.oneOfGetter($oneOfFields = ["action"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            $Object.defineProperty(ServerError.prototype, "id", {
                get: $util.oneOfGetter($oneOfFields = ["idText", "idNumber"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerError.prototype, "_retryAfterMs", {
                get: $util.oneOfGetter($oneOfFields = ["retryAfterMs"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            ServerError.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.action != null && $Object.hasOwnProperty.call(message, "action"))
                    writer.uint32(10).string(message.action);
                if (message.idText != null && $Object.hasOwnProperty.call(message, "idText"))
                    writer.uint32(18).string(message.idText);
                if (message.idNumber != null && $Object.hasOwnProperty.call(message, "idNumber"))
                    writer.uint32(25).double(message.idNumber);
                if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== "")
                    writer.uint32(34).string(message.code);
                if (message.msg != null && $Object.hasOwnProperty.call(message, "msg") && message.msg !== "")
                    writer.uint32(42).string(message.msg);
                if (message.temporary != null && $Object.hasOwnProperty.call(message, "temporary") && message.temporary !== false)
                    writer.uint32(48).bool(message.temporary);
                if (message.retryAfterMs != null && $Object.hasOwnProperty.call(message, "retryAfterMs"))
                    writer.uint32(56).uint64(message.retryAfterMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServerError.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ServerError();
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
                            message.action = reader.stringVerify();
                            message._action = "action";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.idText = reader.stringVerify();
                            message.id = "idText";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 1)
                                break;
                            message.idNumber = reader.double();
                            message.id = "idNumber";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.code = value;
                            else
                                delete message.code;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.msg = value;
                            else
                                delete message.msg;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.temporary = value;
                            else
                                delete message.temporary;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            message.retryAfterMs = reader.uint64();
                            message._retryAfterMs = "retryAfterMs";
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

            return ServerError;
        })();

        v1.ServerPong = (function() {

            const ServerPong = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServerPong.prototype.idText = null;
            ServerPong.prototype.idNumber = null;
            ServerPong.prototype.serverTime = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            let $oneOfFields;

            $Object.defineProperty(ServerPong.prototype, "id", {
                get: $util.oneOfGetter($oneOfFields = ["idText", "idNumber"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            ServerPong.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.idText != null && $Object.hasOwnProperty.call(message, "idText"))
                    writer.uint32(10).string(message.idText);
                if (message.idNumber != null && $Object.hasOwnProperty.call(message, "idNumber"))
                    writer.uint32(17).double(message.idNumber);
                if (message.serverTime != null && $Object.hasOwnProperty.call(message, "serverTime") && (typeof message.serverTime === "object" ? message.serverTime.low || message.serverTime.high : message.serverTime !== 0))
                    writer.uint32(24).uint64(message.serverTime);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServerPong.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ServerPong();
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
                            message.idText = reader.stringVerify();
                            message.id = "idText";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 1)
                                break;
                            message.idNumber = reader.double();
                            message.id = "idNumber";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.serverTime = value;
                            else
                                delete message.serverTime;
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

            return ServerPong;
        })();

        v1.ServerHeartbeat = (function() {

            const ServerHeartbeat = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServerHeartbeat.prototype.n = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerHeartbeat.prototype.serverTime = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            ServerHeartbeat.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.n != null && $Object.hasOwnProperty.call(message, "n") && (typeof message.n === "object" ? message.n.low || message.n.high : message.n !== 0))
                    writer.uint32(8).uint64(message.n);
                if (message.serverTime != null && $Object.hasOwnProperty.call(message, "serverTime") && (typeof message.serverTime === "object" ? message.serverTime.low || message.serverTime.high : message.serverTime !== 0))
                    writer.uint32(16).uint64(message.serverTime);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServerHeartbeat.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ServerHeartbeat();
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
                                message.n = value;
                            else
                                delete message.n;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.serverTime = value;
                            else
                                delete message.serverTime;
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

            return ServerHeartbeat;
        })();

        v1.ServerStatus = (function() {

            const ServerStatus = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServerStatus.prototype.symbol = "";
            ServerStatus.prototype.state = 0;
            ServerStatus.prototype.since = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerStatus.prototype.source = "";
            ServerStatus.prototype.reason = "";
            ServerStatus.prototype.epoch = null;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerStatus.prototype, "_epoch", {
                get: $util.oneOfGetter($oneOfFields = ["epoch"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            ServerStatus.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.symbol != null && $Object.hasOwnProperty.call(message, "symbol") && message.symbol !== "")
                    writer.uint32(10).string(message.symbol);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                    writer.uint32(16).int32(message.state);
                if (message.since != null && $Object.hasOwnProperty.call(message, "since") && (typeof message.since === "object" ? message.since.low || message.since.high : message.since !== 0))
                    writer.uint32(24).uint64(message.since);
                if (message.source != null && $Object.hasOwnProperty.call(message, "source") && message.source !== "")
                    writer.uint32(34).string(message.source);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(42).string(message.reason);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch"))
                    writer.uint32(50).string(message.epoch);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServerStatus.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ServerStatus();
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
                                message.symbol = value;
                            else
                                delete message.symbol;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.since = value;
                            else
                                delete message.since;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.source = value;
                            else
                                delete message.source;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.epoch = reader.stringVerify();
                            message._epoch = "epoch";
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

            return ServerStatus;
        })();

        v1.ServerNotice = (function() {

            const ServerNotice = function (properties) {
                this.range = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServerNotice.prototype.code = "";
            ServerNotice.prototype.symbol = null;
            ServerNotice.prototype.channel = null;
            ServerNotice.prototype.range = $util.emptyArray;
            ServerNotice.prototype.level = null;
            ServerNotice.prototype.intervalMs = null;
            ServerNotice.prototype.url = null;
            ServerNotice.prototype.afterMs = null;
            ServerNotice.prototype.msg = "";
            ServerNotice.prototype.epoch = null;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerNotice.prototype, "_symbol", {
                get: $util.oneOfGetter($oneOfFields = ["symbol"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerNotice.prototype, "_channel", {
                get: $util.oneOfGetter($oneOfFields = ["channel"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerNotice.prototype, "_level", {
                get: $util.oneOfGetter($oneOfFields = ["level"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerNotice.prototype, "_intervalMs", {
                get: $util.oneOfGetter($oneOfFields = ["intervalMs"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerNotice.prototype, "_url", {
                get: $util.oneOfGetter($oneOfFields = ["url"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerNotice.prototype, "_afterMs", {
                get: $util.oneOfGetter($oneOfFields = ["afterMs"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerNotice.prototype, "_epoch", {
                get: $util.oneOfGetter($oneOfFields = ["epoch"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            ServerNotice.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== "")
                    writer.uint32(10).string(message.code);
                if (message.symbol != null && $Object.hasOwnProperty.call(message, "symbol"))
                    writer.uint32(18).string(message.symbol);
                if (message.channel != null && $Object.hasOwnProperty.call(message, "channel"))
                    writer.uint32(26).string(message.channel);
                if (message.range != null && message.range.length)
                    writer.uint32(34).uint64s(message.range);
                if (message.level != null && $Object.hasOwnProperty.call(message, "level"))
                    writer.uint32(40).uint64(message.level);
                if (message.intervalMs != null && $Object.hasOwnProperty.call(message, "intervalMs"))
                    writer.uint32(48).uint64(message.intervalMs);
                if (message.url != null && $Object.hasOwnProperty.call(message, "url"))
                    writer.uint32(58).string(message.url);
                if (message.afterMs != null && $Object.hasOwnProperty.call(message, "afterMs"))
                    writer.uint32(64).uint64(message.afterMs);
                if (message.msg != null && $Object.hasOwnProperty.call(message, "msg") && message.msg !== "")
                    writer.uint32(74).string(message.msg);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch"))
                    writer.uint32(82).string(message.epoch);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServerNotice.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ServerNotice();
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
                                message.code = value;
                            else
                                delete message.code;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.symbol = reader.stringVerify();
                            message._symbol = "symbol";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.channel = reader.stringVerify();
                            message._channel = "channel";
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.range && message.range.length))
                                    message.range = [];
                                reader.uint64s(message.range);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.range && message.range.length))
                                message.range = [];
                            message.range.push(reader.uint64());
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            message.level = reader.uint64();
                            message._level = "level";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            message.intervalMs = reader.uint64();
                            message._intervalMs = "intervalMs";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.url = reader.stringVerify();
                            message._url = "url";
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            message.afterMs = reader.uint64();
                            message._afterMs = "afterMs";
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.msg = value;
                            else
                                delete message.msg;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.epoch = reader.stringVerify();
                            message._epoch = "epoch";
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

            return ServerNotice;
        })();

        v1.ServerTrade = (function() {

            const ServerTrade = function (properties) {
                this.conditions = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServerTrade.prototype.stream = 0;
            ServerTrade.prototype.first = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerTrade.prototype.span = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerTrade.prototype.priceDecimals = 0;
            ServerTrade.prototype.sizeDecimals = 0;
            ServerTrade.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerTrade.prototype.id = "";
            ServerTrade.prototype.price = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            ServerTrade.prototype.size = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            ServerTrade.prototype.side = 0;
            ServerTrade.prototype.conditions = $util.emptyArray;
            ServerTrade.prototype.historyNumber = null;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerTrade.prototype, "_historyNumber", {
                get: $util.oneOfGetter($oneOfFields = ["historyNumber"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            ServerTrade.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== 0)
                    writer.uint32(8).uint32(message.stream);
                if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                    writer.uint32(16).uint64(message.first);
                if (message.span != null && $Object.hasOwnProperty.call(message, "span") && (typeof message.span === "object" ? message.span.low || message.span.high : message.span !== 0))
                    writer.uint32(24).uint64(message.span);
                if (message.priceDecimals != null && $Object.hasOwnProperty.call(message, "priceDecimals") && message.priceDecimals !== 0)
                    writer.uint32(32).uint32(message.priceDecimals);
                if (message.sizeDecimals != null && $Object.hasOwnProperty.call(message, "sizeDecimals") && message.sizeDecimals !== 0)
                    writer.uint32(40).uint32(message.sizeDecimals);
                if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
                    writer.uint32(48).uint64(message.timestamp);
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== "")
                    writer.uint32(82).string(message.id);
                if (message.price != null && $Object.hasOwnProperty.call(message, "price") && (typeof message.price === "object" ? message.price.low || message.price.high : message.price !== 0))
                    writer.uint32(88).sint64(message.price);
                if (message.size != null && $Object.hasOwnProperty.call(message, "size") && (typeof message.size === "object" ? message.size.low || message.size.high : message.size !== 0))
                    writer.uint32(96).sint64(message.size);
                if (message.side != null && $Object.hasOwnProperty.call(message, "side") && message.side !== 0)
                    writer.uint32(104).int32(message.side);
                if (message.conditions != null && message.conditions.length)
                    for (let i = 0; i < message.conditions.length; ++i)
                        writer.uint32(114).string(message.conditions[i]);
                if (message.historyNumber != null && $Object.hasOwnProperty.call(message, "historyNumber"))
                    writer.uint32(120).uint64(message.historyNumber);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServerTrade.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ServerTrade();
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
                            if (value = reader.uint32())
                                message.stream = value;
                            else
                                delete message.stream;
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
                                message.span = value;
                            else
                                delete message.span;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.priceDecimals = value;
                            else
                                delete message.priceDecimals;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sizeDecimals = value;
                            else
                                delete message.sizeDecimals;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timestamp = value;
                            else
                                delete message.timestamp;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.price = value;
                            else
                                delete message.price;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.size = value;
                            else
                                delete message.size;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.side = value;
                            else
                                delete message.side;
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            if (!(message.conditions && message.conditions.length))
                                message.conditions = [];
                            message.conditions.push(reader.stringVerify());
                            continue;
                        }
                    case 15: {
                            if (wireType !== 0)
                                break;
                            message.historyNumber = reader.uint64();
                            message._historyNumber = "historyNumber";
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

            return ServerTrade;
        })();

        v1.ServerQuote = (function() {

            const ServerQuote = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServerQuote.prototype.stream = 0;
            ServerQuote.prototype.first = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerQuote.prototype.span = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerQuote.prototype.priceDecimals = 0;
            ServerQuote.prototype.sizeDecimals = 0;
            ServerQuote.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerQuote.prototype.last = null;
            ServerQuote.prototype.open = null;
            ServerQuote.prototype.high = null;
            ServerQuote.prototype.low = null;
            ServerQuote.prototype.prevClose = null;
            ServerQuote.prototype.change = null;
            ServerQuote.prototype.changePct = null;
            ServerQuote.prototype.volume = null;
            ServerQuote.prototype.turnover = null;
            ServerQuote.prototype.vwap = null;
            ServerQuote.prototype.bid = null;
            ServerQuote.prototype.bidSize = null;
            ServerQuote.prototype.ask = null;
            ServerQuote.prototype.askSize = null;
            ServerQuote.prototype.since = null;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerQuote.prototype, "_last", {
                get: $util.oneOfGetter($oneOfFields = ["last"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerQuote.prototype, "_open", {
                get: $util.oneOfGetter($oneOfFields = ["open"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerQuote.prototype, "_high", {
                get: $util.oneOfGetter($oneOfFields = ["high"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerQuote.prototype, "_low", {
                get: $util.oneOfGetter($oneOfFields = ["low"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerQuote.prototype, "_prevClose", {
                get: $util.oneOfGetter($oneOfFields = ["prevClose"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerQuote.prototype, "_change", {
                get: $util.oneOfGetter($oneOfFields = ["change"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerQuote.prototype, "_changePct", {
                get: $util.oneOfGetter($oneOfFields = ["changePct"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerQuote.prototype, "_bid", {
                get: $util.oneOfGetter($oneOfFields = ["bid"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerQuote.prototype, "_bidSize", {
                get: $util.oneOfGetter($oneOfFields = ["bidSize"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerQuote.prototype, "_ask", {
                get: $util.oneOfGetter($oneOfFields = ["ask"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerQuote.prototype, "_askSize", {
                get: $util.oneOfGetter($oneOfFields = ["askSize"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServerQuote.prototype, "_since", {
                get: $util.oneOfGetter($oneOfFields = ["since"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            ServerQuote.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== 0)
                    writer.uint32(8).uint32(message.stream);
                if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                    writer.uint32(16).uint64(message.first);
                if (message.span != null && $Object.hasOwnProperty.call(message, "span") && (typeof message.span === "object" ? message.span.low || message.span.high : message.span !== 0))
                    writer.uint32(24).uint64(message.span);
                if (message.priceDecimals != null && $Object.hasOwnProperty.call(message, "priceDecimals") && message.priceDecimals !== 0)
                    writer.uint32(32).uint32(message.priceDecimals);
                if (message.sizeDecimals != null && $Object.hasOwnProperty.call(message, "sizeDecimals") && message.sizeDecimals !== 0)
                    writer.uint32(40).uint32(message.sizeDecimals);
                if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
                    writer.uint32(48).uint64(message.timestamp);
                if (message.last != null && $Object.hasOwnProperty.call(message, "last"))
                    writer.uint32(80).sint64(message.last);
                if (message.open != null && $Object.hasOwnProperty.call(message, "open"))
                    writer.uint32(88).sint64(message.open);
                if (message.high != null && $Object.hasOwnProperty.call(message, "high"))
                    writer.uint32(96).sint64(message.high);
                if (message.low != null && $Object.hasOwnProperty.call(message, "low"))
                    writer.uint32(104).sint64(message.low);
                if (message.prevClose != null && $Object.hasOwnProperty.call(message, "prevClose"))
                    writer.uint32(112).sint64(message.prevClose);
                if (message.change != null && $Object.hasOwnProperty.call(message, "change"))
                    writer.uint32(120).sint64(message.change);
                if (message.changePct != null && $Object.hasOwnProperty.call(message, "changePct"))
                    writer.uint32(128).sint64(message.changePct);
                if (message.volume != null && $Object.hasOwnProperty.call(message, "volume"))
                    $root.tapecast.v1.Sum.encode(message.volume, writer.uint32(138).fork(), _depth + 1).ldelim();
                if (message.turnover != null && $Object.hasOwnProperty.call(message, "turnover"))
                    $root.tapecast.v1.Sum.encode(message.turnover, writer.uint32(146).fork(), _depth + 1).ldelim();
                if (message.vwap != null && $Object.hasOwnProperty.call(message, "vwap"))
                    $root.tapecast.v1.Sum.encode(message.vwap, writer.uint32(154).fork(), _depth + 1).ldelim();
                if (message.bid != null && $Object.hasOwnProperty.call(message, "bid"))
                    writer.uint32(160).sint64(message.bid);
                if (message.bidSize != null && $Object.hasOwnProperty.call(message, "bidSize"))
                    writer.uint32(168).sint64(message.bidSize);
                if (message.ask != null && $Object.hasOwnProperty.call(message, "ask"))
                    writer.uint32(176).sint64(message.ask);
                if (message.askSize != null && $Object.hasOwnProperty.call(message, "askSize"))
                    writer.uint32(184).sint64(message.askSize);
                if (message.since != null && $Object.hasOwnProperty.call(message, "since"))
                    writer.uint32(192).uint64(message.since);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServerQuote.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ServerQuote();
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
                            if (value = reader.uint32())
                                message.stream = value;
                            else
                                delete message.stream;
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
                                message.span = value;
                            else
                                delete message.span;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.priceDecimals = value;
                            else
                                delete message.priceDecimals;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sizeDecimals = value;
                            else
                                delete message.sizeDecimals;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timestamp = value;
                            else
                                delete message.timestamp;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            message.last = reader.sint64();
                            message._last = "last";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            message.open = reader.sint64();
                            message._open = "open";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            message.high = reader.sint64();
                            message._high = "high";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 0)
                                break;
                            message.low = reader.sint64();
                            message._low = "low";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 0)
                                break;
                            message.prevClose = reader.sint64();
                            message._prevClose = "prevClose";
                            continue;
                        }
                    case 15: {
                            if (wireType !== 0)
                                break;
                            message.change = reader.sint64();
                            message._change = "change";
                            continue;
                        }
                    case 16: {
                            if (wireType !== 0)
                                break;
                            message.changePct = reader.sint64();
                            message._changePct = "changePct";
                            continue;
                        }
                    case 17: {
                            if (wireType !== 2)
                                break;
                            message.volume = $root.tapecast.v1.Sum.decode(reader, reader.size(), $undefined, _depth + 1, message.volume);
                            continue;
                        }
                    case 18: {
                            if (wireType !== 2)
                                break;
                            message.turnover = $root.tapecast.v1.Sum.decode(reader, reader.size(), $undefined, _depth + 1, message.turnover);
                            continue;
                        }
                    case 19: {
                            if (wireType !== 2)
                                break;
                            message.vwap = $root.tapecast.v1.Sum.decode(reader, reader.size(), $undefined, _depth + 1, message.vwap);
                            continue;
                        }
                    case 20: {
                            if (wireType !== 0)
                                break;
                            message.bid = reader.sint64();
                            message._bid = "bid";
                            continue;
                        }
                    case 21: {
                            if (wireType !== 0)
                                break;
                            message.bidSize = reader.sint64();
                            message._bidSize = "bidSize";
                            continue;
                        }
                    case 22: {
                            if (wireType !== 0)
                                break;
                            message.ask = reader.sint64();
                            message._ask = "ask";
                            continue;
                        }
                    case 23: {
                            if (wireType !== 0)
                                break;
                            message.askSize = reader.sint64();
                            message._askSize = "askSize";
                            continue;
                        }
                    case 24: {
                            if (wireType !== 0)
                                break;
                            message.since = reader.uint64();
                            message._since = "since";
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

            return ServerQuote;
        })();

        v1.ServerDepth = (function() {

            const ServerDepth = function (properties) {
                this.bids = [];
                this.asks = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServerDepth.prototype.stream = 0;
            ServerDepth.prototype.first = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerDepth.prototype.span = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerDepth.prototype.priceDecimals = 0;
            ServerDepth.prototype.sizeDecimals = 0;
            ServerDepth.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerDepth.prototype.levels = 0;
            ServerDepth.prototype.snapshot = false;
            ServerDepth.prototype.bids = $util.emptyArray;
            ServerDepth.prototype.asks = $util.emptyArray;

            ServerDepth.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== 0)
                    writer.uint32(8).uint32(message.stream);
                if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                    writer.uint32(16).uint64(message.first);
                if (message.span != null && $Object.hasOwnProperty.call(message, "span") && (typeof message.span === "object" ? message.span.low || message.span.high : message.span !== 0))
                    writer.uint32(24).uint64(message.span);
                if (message.priceDecimals != null && $Object.hasOwnProperty.call(message, "priceDecimals") && message.priceDecimals !== 0)
                    writer.uint32(32).uint32(message.priceDecimals);
                if (message.sizeDecimals != null && $Object.hasOwnProperty.call(message, "sizeDecimals") && message.sizeDecimals !== 0)
                    writer.uint32(40).uint32(message.sizeDecimals);
                if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
                    writer.uint32(48).uint64(message.timestamp);
                if (message.levels != null && $Object.hasOwnProperty.call(message, "levels") && message.levels !== 0)
                    writer.uint32(80).uint32(message.levels);
                if (message.snapshot != null && $Object.hasOwnProperty.call(message, "snapshot") && message.snapshot !== false)
                    writer.uint32(88).bool(message.snapshot);
                if (message.bids != null && message.bids.length)
                    writer.uint32(98).sint64s(message.bids);
                if (message.asks != null && message.asks.length)
                    writer.uint32(106).sint64s(message.asks);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServerDepth.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ServerDepth();
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
                            if (value = reader.uint32())
                                message.stream = value;
                            else
                                delete message.stream;
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
                                message.span = value;
                            else
                                delete message.span;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.priceDecimals = value;
                            else
                                delete message.priceDecimals;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sizeDecimals = value;
                            else
                                delete message.sizeDecimals;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timestamp = value;
                            else
                                delete message.timestamp;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.levels = value;
                            else
                                delete message.levels;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.snapshot = value;
                            else
                                delete message.snapshot;
                            continue;
                        }
                    case 12: {
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
                    case 13: {
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

            return ServerDepth;
        })();

        v1.KlineInterval = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "KLINE_INTERVAL_UNSPECIFIED"] = 0;
            values[valuesById[1] = "KLINE_INTERVAL_1M"] = 1;
            values[valuesById[2] = "KLINE_INTERVAL_5M"] = 2;
            values[valuesById[3] = "KLINE_INTERVAL_15M"] = 3;
            values[valuesById[4] = "KLINE_INTERVAL_30M"] = 4;
            values[valuesById[5] = "KLINE_INTERVAL_1H"] = 5;
            values[valuesById[6] = "KLINE_INTERVAL_1D"] = 6;
            return values;
        })();

        v1.ServerKline = (function() {

            const ServerKline = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServerKline.prototype.stream = 0;
            ServerKline.prototype.first = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerKline.prototype.span = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerKline.prototype.priceDecimals = 0;
            ServerKline.prototype.sizeDecimals = 0;
            ServerKline.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerKline.prototype.interval = 0;
            ServerKline.prototype.start = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerKline.prototype.open = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            ServerKline.prototype.high = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            ServerKline.prototype.low = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            ServerKline.prototype.close = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
            ServerKline.prototype.volume = null;
            ServerKline.prototype.turnover = null;
            ServerKline.prototype.trades = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            ServerKline.prototype.final = false;
            ServerKline.prototype.revision = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            ServerKline.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== 0)
                    writer.uint32(8).uint32(message.stream);
                if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                    writer.uint32(16).uint64(message.first);
                if (message.span != null && $Object.hasOwnProperty.call(message, "span") && (typeof message.span === "object" ? message.span.low || message.span.high : message.span !== 0))
                    writer.uint32(24).uint64(message.span);
                if (message.priceDecimals != null && $Object.hasOwnProperty.call(message, "priceDecimals") && message.priceDecimals !== 0)
                    writer.uint32(32).uint32(message.priceDecimals);
                if (message.sizeDecimals != null && $Object.hasOwnProperty.call(message, "sizeDecimals") && message.sizeDecimals !== 0)
                    writer.uint32(40).uint32(message.sizeDecimals);
                if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
                    writer.uint32(48).uint64(message.timestamp);
                if (message.interval != null && $Object.hasOwnProperty.call(message, "interval") && message.interval !== 0)
                    writer.uint32(80).int32(message.interval);
                if (message.start != null && $Object.hasOwnProperty.call(message, "start") && (typeof message.start === "object" ? message.start.low || message.start.high : message.start !== 0))
                    writer.uint32(88).uint64(message.start);
                if (message.open != null && $Object.hasOwnProperty.call(message, "open") && (typeof message.open === "object" ? message.open.low || message.open.high : message.open !== 0))
                    writer.uint32(96).sint64(message.open);
                if (message.high != null && $Object.hasOwnProperty.call(message, "high") && (typeof message.high === "object" ? message.high.low || message.high.high : message.high !== 0))
                    writer.uint32(104).sint64(message.high);
                if (message.low != null && $Object.hasOwnProperty.call(message, "low") && (typeof message.low === "object" ? message.low.low || message.low.high : message.low !== 0))
                    writer.uint32(112).sint64(message.low);
                if (message.close != null && $Object.hasOwnProperty.call(message, "close") && (typeof message.close === "object" ? message.close.low || message.close.high : message.close !== 0))
                    writer.uint32(120).sint64(message.close);
                if (message.volume != null && $Object.hasOwnProperty.call(message, "volume"))
                    $root.tapecast.v1.Sum.encode(message.volume, writer.uint32(130).fork(), _depth + 1).ldelim();
                if (message.turnover != null && $Object.hasOwnProperty.call(message, "turnover"))
                    $root.tapecast.v1.Sum.encode(message.turnover, writer.uint32(138).fork(), _depth + 1).ldelim();
                if (message.trades != null && $Object.hasOwnProperty.call(message, "trades") && (typeof message.trades === "object" ? message.trades.low || message.trades.high : message.trades !== 0))
                    writer.uint32(144).uint64(message.trades);
                if (message.final != null && $Object.hasOwnProperty.call(message, "final") && message.final !== false)
                    writer.uint32(152).bool(message.final);
                if (message.revision != null && $Object.hasOwnProperty.call(message, "revision") && (typeof message.revision === "object" ? message.revision.low || message.revision.high : message.revision !== 0))
                    writer.uint32(160).uint64(message.revision);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServerKline.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.tapecast.v1.ServerKline();
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
                            if (value = reader.uint32())
                                message.stream = value;
                            else
                                delete message.stream;
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
                                message.span = value;
                            else
                                delete message.span;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.priceDecimals = value;
                            else
                                delete message.priceDecimals;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sizeDecimals = value;
                            else
                                delete message.sizeDecimals;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timestamp = value;
                            else
                                delete message.timestamp;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.interval = value;
                            else
                                delete message.interval;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.start = value;
                            else
                                delete message.start;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.open = value;
                            else
                                delete message.open;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.high = value;
                            else
                                delete message.high;
                            continue;
                        }
                    case 14: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.low = value;
                            else
                                delete message.low;
                            continue;
                        }
                    case 15: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.close = value;
                            else
                                delete message.close;
                            continue;
                        }
                    case 16: {
                            if (wireType !== 2)
                                break;
                            message.volume = $root.tapecast.v1.Sum.decode(reader, reader.size(), $undefined, _depth + 1, message.volume);
                            continue;
                        }
                    case 17: {
                            if (wireType !== 2)
                                break;
                            message.turnover = $root.tapecast.v1.Sum.decode(reader, reader.size(), $undefined, _depth + 1, message.turnover);
                            continue;
                        }
                    case 18: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.trades = value;
                            else
                                delete message.trades;
                            continue;
                        }
                    case 19: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.final = value;
                            else
                                delete message.final;
                            continue;
                        }
                    case 20: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
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

            return ServerKline;
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

        return v1;
    })();

    return tapecast;
})();

export {
  $root as default
};
