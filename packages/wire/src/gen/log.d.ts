// Generated from proto/ by scripts/generate.mjs. Do not edit.
import * as $protobuf from "protobufjs/minimal.js";

/** Namespace tapecast. */
export namespace tapecast {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a Tick.
         * @deprecated Use tapecast.v1.Tick.$Properties instead.
         */
        interface ITick extends tapecast.v1.Tick.$Properties {
        }

        /** Represents a Tick. */
        class Tick {

            /**
             * Constructs a new Tick.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.Tick.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Tick instrument. */
            instrument: string;

            /** Tick source. */
            source: string;

            /** Tick sourceSeq. */
            sourceSeq: number;

            /** Tick exchangeTimeUs. */
            exchangeTimeUs?: (number|null|undefined);

            /** Tick receivedAtUs. */
            receivedAtUs: number;

            /** Tick priceDecimals. */
            priceDecimals: number;

            /** Tick sizeDecimals. */
            sizeDecimals: number;

            /** Tick trade. */
            trade?: (tapecast.v1.TickTrade.$Properties|null|undefined);

            /** Tick quote. */
            quote?: (tapecast.v1.TickQuote.$Properties|null|undefined);

            /** Tick bookSnapshot. */
            bookSnapshot?: (tapecast.v1.TickBook.$Properties|null|undefined);

            /** Tick bookDelta. */
            bookDelta?: (tapecast.v1.TickBook.$Properties|null|undefined);

            /** Tick bar. */
            bar?: (tapecast.v1.TickBar.$Properties|null|undefined);

            /** Tick status. */
            status?: (tapecast.v1.TickStatus.$Properties|null|undefined);

            /** Tick clock. */
            clock?: (tapecast.v1.TickClock.$Properties|null|undefined);

            /** Tick body. */
            body?: ("trade"|"quote"|"bookSnapshot"|"bookDelta"|"bar"|"status"|"clock");

            /**
             * Encodes the specified Tick message. Does not implicitly {@link tapecast.v1.Tick.verify|verify} messages.
             * @param message Tick message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.Tick.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Tick message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.Tick & tapecast.v1.Tick.$Shape} Tick
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.Tick & tapecast.v1.Tick.$Shape;
        }

        namespace Tick {

            /** Properties of a Tick. */
            interface $Properties {

                /** Tick instrument */
                instrument?: (string|null|undefined);

                /** Tick source */
                source?: (string|null|undefined);

                /** Tick sourceSeq */
                sourceSeq?: (number|null|undefined);

                /** Tick exchangeTimeUs */
                exchangeTimeUs?: (number|null|undefined);

                /** Tick receivedAtUs */
                receivedAtUs?: (number|null|undefined);

                /** Tick priceDecimals */
                priceDecimals?: (number|null|undefined);

                /** Tick sizeDecimals */
                sizeDecimals?: (number|null|undefined);

                /** Tick trade */
                trade?: (tapecast.v1.TickTrade.$Properties|null|undefined);

                /** Tick quote */
                quote?: (tapecast.v1.TickQuote.$Properties|null|undefined);

                /** Tick bookSnapshot */
                bookSnapshot?: (tapecast.v1.TickBook.$Properties|null|undefined);

                /** Tick bookDelta */
                bookDelta?: (tapecast.v1.TickBook.$Properties|null|undefined);

                /** Tick bar */
                bar?: (tapecast.v1.TickBar.$Properties|null|undefined);

                /** Tick status */
                status?: (tapecast.v1.TickStatus.$Properties|null|undefined);

                /** Tick clock */
                clock?: (tapecast.v1.TickClock.$Properties|null|undefined);

                /** Tick body */
                body?: ("trade"|"quote"|"bookSnapshot"|"bookDelta"|"bar"|"status"|"clock");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Tick. */
            type $Shape = {
              instrument?: string|null;
              source?: string|null;
              sourceSeq?: number|null;
              exchangeTimeUs?: number|null;
              receivedAtUs?: number|null;
              priceDecimals?: number|null;
              sizeDecimals?: number|null;
              trade?: tapecast.v1.TickTrade.$Shape|null;
              quote?: tapecast.v1.TickQuote.$Shape|null;
              bookSnapshot?: tapecast.v1.TickBook.$Shape|null;
              bookDelta?: tapecast.v1.TickBook.$Shape|null;
              bar?: tapecast.v1.TickBar.$Shape|null;
              status?: tapecast.v1.TickStatus.$Shape|null;
              clock?: tapecast.v1.TickClock.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; trade?: null; quote?: null; bookSnapshot?: null; bookDelta?: null; bar?: null; status?: null; clock?: null }|{ body?: "trade"; trade: tapecast.v1.TickTrade.$Shape; quote?: null; bookSnapshot?: null; bookDelta?: null; bar?: null; status?: null; clock?: null }|{ body?: "quote"; trade?: null; quote: tapecast.v1.TickQuote.$Shape; bookSnapshot?: null; bookDelta?: null; bar?: null; status?: null; clock?: null }|{ body?: "bookSnapshot"; trade?: null; quote?: null; bookSnapshot: tapecast.v1.TickBook.$Shape; bookDelta?: null; bar?: null; status?: null; clock?: null }|{ body?: "bookDelta"; trade?: null; quote?: null; bookSnapshot?: null; bookDelta: tapecast.v1.TickBook.$Shape; bar?: null; status?: null; clock?: null }|{ body?: "bar"; trade?: null; quote?: null; bookSnapshot?: null; bookDelta?: null; bar: tapecast.v1.TickBar.$Shape; status?: null; clock?: null }|{ body?: "status"; trade?: null; quote?: null; bookSnapshot?: null; bookDelta?: null; bar?: null; status: tapecast.v1.TickStatus.$Shape; clock?: null }|{ body?: "clock"; trade?: null; quote?: null; bookSnapshot?: null; bookDelta?: null; bar?: null; status?: null; clock: tapecast.v1.TickClock.$Shape })
            );
        }

        /** Side enum. */
        enum Side {

            /** SIDE_UNKNOWN value */
            SIDE_UNKNOWN = 0,

            /** SIDE_BUY value */
            SIDE_BUY = 1,

            /** SIDE_SELL value */
            SIDE_SELL = 2
        }

        /**
         * Properties of a Sum.
         * @deprecated Use tapecast.v1.Sum.$Properties instead.
         */
        interface ISum extends tapecast.v1.Sum.$Properties {
        }

        /** Represents a Sum. */
        class Sum {

            /**
             * Constructs a new Sum.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.Sum.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Sum low. */
            low: number;

            /** Sum high. */
            high: number;

            /**
             * Encodes the specified Sum message. Does not implicitly {@link tapecast.v1.Sum.verify|verify} messages.
             * @param message Sum message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.Sum.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Sum message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.Sum & tapecast.v1.Sum.$Shape} Sum
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.Sum & tapecast.v1.Sum.$Shape;
        }

        namespace Sum {

            /** Properties of a Sum. */
            interface $Properties {

                /** Sum low */
                low?: (number|null|undefined);

                /** Sum high */
                high?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Sum. */
            type $Shape = tapecast.v1.Sum.$Properties;
        }

        /**
         * Properties of a TickTrade.
         * @deprecated Use tapecast.v1.TickTrade.$Properties instead.
         */
        interface ITickTrade extends tapecast.v1.TickTrade.$Properties {
        }

        /** Represents a TickTrade. */
        class TickTrade {

            /**
             * Constructs a new TickTrade.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.TickTrade.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TickTrade id. */
            id: string;

            /** TickTrade price. */
            price: number;

            /** TickTrade size. */
            size: number;

            /** TickTrade side. */
            side: tapecast.v1.Side;

            /** TickTrade conditions. */
            conditions: string[];

            /** TickTrade excluded. */
            excluded: number;

            /**
             * Encodes the specified TickTrade message. Does not implicitly {@link tapecast.v1.TickTrade.verify|verify} messages.
             * @param message TickTrade message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.TickTrade.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TickTrade message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.TickTrade & tapecast.v1.TickTrade.$Shape} TickTrade
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.TickTrade & tapecast.v1.TickTrade.$Shape;
        }

        namespace TickTrade {

            /** Properties of a TickTrade. */
            interface $Properties {

                /** TickTrade id */
                id?: (string|null|undefined);

                /** TickTrade price */
                price?: (number|null|undefined);

                /** TickTrade size */
                size?: (number|null|undefined);

                /** TickTrade side */
                side?: (tapecast.v1.Side|null|undefined);

                /** TickTrade conditions */
                conditions?: (string[]|null|undefined);

                /** TickTrade excluded */
                excluded?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TickTrade. */
            type $Shape = tapecast.v1.TickTrade.$Properties;
        }

        /**
         * Properties of a TickQuote.
         * @deprecated Use tapecast.v1.TickQuote.$Properties instead.
         */
        interface ITickQuote extends tapecast.v1.TickQuote.$Properties {
        }

        /** Represents a TickQuote. */
        class TickQuote {

            /**
             * Constructs a new TickQuote.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.TickQuote.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TickQuote bid. */
            bid?: (number|null|undefined);

            /** TickQuote bidSize. */
            bidSize?: (number|null|undefined);

            /** TickQuote ask. */
            ask?: (number|null|undefined);

            /** TickQuote askSize. */
            askSize?: (number|null|undefined);

            /** TickQuote last. */
            last?: (number|null|undefined);

            /** TickQuote open. */
            open?: (number|null|undefined);

            /** TickQuote high. */
            high?: (number|null|undefined);

            /** TickQuote low. */
            low?: (number|null|undefined);

            /** TickQuote prevClose. */
            prevClose?: (number|null|undefined);

            /** TickQuote volume. */
            volume?: (tapecast.v1.Sum.$Properties|null|undefined);

            /** TickQuote turnover. */
            turnover?: (tapecast.v1.Sum.$Properties|null|undefined);

            /** TickQuote venueSeq. */
            venueSeq?: (number|null|undefined);

            /**
             * Encodes the specified TickQuote message. Does not implicitly {@link tapecast.v1.TickQuote.verify|verify} messages.
             * @param message TickQuote message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.TickQuote.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TickQuote message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.TickQuote & tapecast.v1.TickQuote.$Shape} TickQuote
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.TickQuote & tapecast.v1.TickQuote.$Shape;
        }

        namespace TickQuote {

            /** Properties of a TickQuote. */
            interface $Properties {

                /** TickQuote bid */
                bid?: (number|null|undefined);

                /** TickQuote bidSize */
                bidSize?: (number|null|undefined);

                /** TickQuote ask */
                ask?: (number|null|undefined);

                /** TickQuote askSize */
                askSize?: (number|null|undefined);

                /** TickQuote last */
                last?: (number|null|undefined);

                /** TickQuote open */
                open?: (number|null|undefined);

                /** TickQuote high */
                high?: (number|null|undefined);

                /** TickQuote low */
                low?: (number|null|undefined);

                /** TickQuote prevClose */
                prevClose?: (number|null|undefined);

                /** TickQuote volume */
                volume?: (tapecast.v1.Sum.$Properties|null|undefined);

                /** TickQuote turnover */
                turnover?: (tapecast.v1.Sum.$Properties|null|undefined);

                /** TickQuote venueSeq */
                venueSeq?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TickQuote. */
            type $Shape = tapecast.v1.TickQuote.$Properties;
        }

        /**
         * Properties of a TickBook.
         * @deprecated Use tapecast.v1.TickBook.$Properties instead.
         */
        interface ITickBook extends tapecast.v1.TickBook.$Properties {
        }

        /** Represents a TickBook. */
        class TickBook {

            /**
             * Constructs a new TickBook.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.TickBook.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TickBook bids. */
            bids: number[];

            /** TickBook asks. */
            asks: number[];

            /** TickBook venueSeq. */
            venueSeq?: (number|null|undefined);

            /**
             * Encodes the specified TickBook message. Does not implicitly {@link tapecast.v1.TickBook.verify|verify} messages.
             * @param message TickBook message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.TickBook.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TickBook message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.TickBook & tapecast.v1.TickBook.$Shape} TickBook
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.TickBook & tapecast.v1.TickBook.$Shape;
        }

        namespace TickBook {

            /** Properties of a TickBook. */
            interface $Properties {

                /** TickBook bids */
                bids?: (number[]|null|undefined);

                /** TickBook asks */
                asks?: (number[]|null|undefined);

                /** TickBook venueSeq */
                venueSeq?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TickBook. */
            type $Shape = tapecast.v1.TickBook.$Properties;
        }

        /**
         * Properties of a TickBar.
         * @deprecated Use tapecast.v1.TickBar.$Properties instead.
         */
        interface ITickBar extends tapecast.v1.TickBar.$Properties {
        }

        /** Represents a TickBar. */
        class TickBar {

            /**
             * Constructs a new TickBar.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.TickBar.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TickBar interval. */
            interval: string;

            /** TickBar startMs. */
            startMs: number;

            /** TickBar open. */
            open: number;

            /** TickBar high. */
            high: number;

            /** TickBar low. */
            low: number;

            /** TickBar close. */
            close: number;

            /** TickBar volume. */
            volume?: (tapecast.v1.Sum.$Properties|null|undefined);

            /** TickBar turnover. */
            turnover?: (tapecast.v1.Sum.$Properties|null|undefined);

            /** TickBar trades. */
            trades?: (number|null|undefined);

            /** TickBar final. */
            final: boolean;

            /**
             * Encodes the specified TickBar message. Does not implicitly {@link tapecast.v1.TickBar.verify|verify} messages.
             * @param message TickBar message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.TickBar.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TickBar message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.TickBar & tapecast.v1.TickBar.$Shape} TickBar
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.TickBar & tapecast.v1.TickBar.$Shape;
        }

        namespace TickBar {

            /** Properties of a TickBar. */
            interface $Properties {

                /** TickBar interval */
                interval?: (string|null|undefined);

                /** TickBar startMs */
                startMs?: (number|null|undefined);

                /** TickBar open */
                open?: (number|null|undefined);

                /** TickBar high */
                high?: (number|null|undefined);

                /** TickBar low */
                low?: (number|null|undefined);

                /** TickBar close */
                close?: (number|null|undefined);

                /** TickBar volume */
                volume?: (tapecast.v1.Sum.$Properties|null|undefined);

                /** TickBar turnover */
                turnover?: (tapecast.v1.Sum.$Properties|null|undefined);

                /** TickBar trades */
                trades?: (number|null|undefined);

                /** TickBar final */
                final?: (boolean|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TickBar. */
            type $Shape = tapecast.v1.TickBar.$Properties;
        }

        /** MarketState enum. */
        enum MarketState {

            /** MARKET_STATE_PENDING value */
            MARKET_STATE_PENDING = 0,

            /** MARKET_STATE_LIVE value */
            MARKET_STATE_LIVE = 1,

            /** MARKET_STATE_STALE value */
            MARKET_STATE_STALE = 2,

            /** MARKET_STATE_HALTED value */
            MARKET_STATE_HALTED = 3,

            /** MARKET_STATE_CLOSED value */
            MARKET_STATE_CLOSED = 4,

            /** MARKET_STATE_DELAYED value */
            MARKET_STATE_DELAYED = 5
        }

        /**
         * Properties of a TickStatus.
         * @deprecated Use tapecast.v1.TickStatus.$Properties instead.
         */
        interface ITickStatus extends tapecast.v1.TickStatus.$Properties {
        }

        /** Represents a TickStatus. */
        class TickStatus {

            /**
             * Constructs a new TickStatus.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.TickStatus.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TickStatus state. */
            state: tapecast.v1.MarketState;

            /** TickStatus reason. */
            reason: string;

            /** TickStatus sinceMs. */
            sinceMs: number;

            /**
             * Encodes the specified TickStatus message. Does not implicitly {@link tapecast.v1.TickStatus.verify|verify} messages.
             * @param message TickStatus message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.TickStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TickStatus message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.TickStatus & tapecast.v1.TickStatus.$Shape} TickStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.TickStatus & tapecast.v1.TickStatus.$Shape;
        }

        namespace TickStatus {

            /** Properties of a TickStatus. */
            interface $Properties {

                /** TickStatus state */
                state?: (tapecast.v1.MarketState|null|undefined);

                /** TickStatus reason */
                reason?: (string|null|undefined);

                /** TickStatus sinceMs */
                sinceMs?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TickStatus. */
            type $Shape = tapecast.v1.TickStatus.$Properties;
        }

        /**
         * Properties of a TickClock.
         * @deprecated Use tapecast.v1.TickClock.$Properties instead.
         */
        interface ITickClock extends tapecast.v1.TickClock.$Properties {
        }

        /** Represents a TickClock. */
        class TickClock {

            /**
             * Constructs a new TickClock.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.TickClock.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TickClock timeMs. */
            timeMs: number;

            /**
             * Encodes the specified TickClock message. Does not implicitly {@link tapecast.v1.TickClock.verify|verify} messages.
             * @param message TickClock message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.TickClock.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TickClock message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.TickClock & tapecast.v1.TickClock.$Shape} TickClock
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.TickClock & tapecast.v1.TickClock.$Shape;
        }

        namespace TickClock {

            /** Properties of a TickClock. */
            interface $Properties {

                /** TickClock timeMs */
                timeMs?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TickClock. */
            type $Shape = tapecast.v1.TickClock.$Properties;
        }

        /**
         * Properties of an UpdateBatch.
         * @deprecated Use tapecast.v1.UpdateBatch.$Properties instead.
         */
        interface IUpdateBatch extends tapecast.v1.UpdateBatch.$Properties {
        }

        /** Represents an UpdateBatch. */
        class UpdateBatch {

            /**
             * Constructs a new UpdateBatch.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.UpdateBatch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateBatch epoch. */
            epoch: string;

            /** UpdateBatch ticksNext. */
            ticksNext: number;

            /** UpdateBatch computedAtUs. */
            computedAtUs: number;

            /** UpdateBatch clocks. */
            clocks: tapecast.v1.SourceClock.$Properties[];

            /** UpdateBatch index. */
            index: tapecast.v1.UpdateIndex.$Properties[];

            /** UpdateBatch payload. */
            payload: Uint8Array;

            /**
             * Encodes the specified UpdateBatch message. Does not implicitly {@link tapecast.v1.UpdateBatch.verify|verify} messages.
             * @param message UpdateBatch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.UpdateBatch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateBatch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.UpdateBatch & tapecast.v1.UpdateBatch.$Shape} UpdateBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.UpdateBatch & tapecast.v1.UpdateBatch.$Shape;
        }

        namespace UpdateBatch {

            /** Properties of an UpdateBatch. */
            interface $Properties {

                /** UpdateBatch epoch */
                epoch?: (string|null|undefined);

                /** UpdateBatch ticksNext */
                ticksNext?: (number|null|undefined);

                /** UpdateBatch computedAtUs */
                computedAtUs?: (number|null|undefined);

                /** UpdateBatch clocks */
                clocks?: (tapecast.v1.SourceClock.$Properties[]|null|undefined);

                /** UpdateBatch index */
                index?: (tapecast.v1.UpdateIndex.$Properties[]|null|undefined);

                /** UpdateBatch payload */
                payload?: (Uint8Array|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateBatch. */
            type $Shape = tapecast.v1.UpdateBatch.$Properties;
        }

        /**
         * Properties of a SourceClock.
         * @deprecated Use tapecast.v1.SourceClock.$Properties instead.
         */
        interface ISourceClock extends tapecast.v1.SourceClock.$Properties {
        }

        /** Represents a SourceClock. */
        class SourceClock {

            /**
             * Constructs a new SourceClock.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.SourceClock.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SourceClock source. */
            source: string;

            /** SourceClock timeMs. */
            timeMs: number;

            /**
             * Encodes the specified SourceClock message. Does not implicitly {@link tapecast.v1.SourceClock.verify|verify} messages.
             * @param message SourceClock message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.SourceClock.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SourceClock message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.SourceClock & tapecast.v1.SourceClock.$Shape} SourceClock
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.SourceClock & tapecast.v1.SourceClock.$Shape;
        }

        namespace SourceClock {

            /** Properties of a SourceClock. */
            interface $Properties {

                /** SourceClock source */
                source?: (string|null|undefined);

                /** SourceClock timeMs */
                timeMs?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SourceClock. */
            type $Shape = tapecast.v1.SourceClock.$Properties;
        }

        /**
         * Properties of an UpdateIndex.
         * @deprecated Use tapecast.v1.UpdateIndex.$Properties instead.
         */
        interface IUpdateIndex extends tapecast.v1.UpdateIndex.$Properties {
        }

        /** Represents an UpdateIndex. */
        class UpdateIndex {

            /**
             * Constructs a new UpdateIndex.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.UpdateIndex.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateIndex instrument. */
            instrument: string;

            /** UpdateIndex offset. */
            offset: number;

            /** UpdateIndex length. */
            length: number;

            /** UpdateIndex ranges. */
            ranges: tapecast.v1.SequenceRange.$Properties[];

            /**
             * Encodes the specified UpdateIndex message. Does not implicitly {@link tapecast.v1.UpdateIndex.verify|verify} messages.
             * @param message UpdateIndex message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.UpdateIndex.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateIndex message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.UpdateIndex & tapecast.v1.UpdateIndex.$Shape} UpdateIndex
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.UpdateIndex & tapecast.v1.UpdateIndex.$Shape;
        }

        namespace UpdateIndex {

            /** Properties of an UpdateIndex. */
            interface $Properties {

                /** UpdateIndex instrument */
                instrument?: (string|null|undefined);

                /** UpdateIndex offset */
                offset?: (number|null|undefined);

                /** UpdateIndex length */
                length?: (number|null|undefined);

                /** UpdateIndex ranges */
                ranges?: (tapecast.v1.SequenceRange.$Properties[]|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateIndex. */
            type $Shape = tapecast.v1.UpdateIndex.$Properties;
        }

        /**
         * Properties of a SequenceRange.
         * @deprecated Use tapecast.v1.SequenceRange.$Properties instead.
         */
        interface ISequenceRange extends tapecast.v1.SequenceRange.$Properties {
        }

        /** Represents a SequenceRange. */
        class SequenceRange {

            /**
             * Constructs a new SequenceRange.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.SequenceRange.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SequenceRange sequence. */
            sequence: tapecast.v1.Sequence;

            /** SequenceRange first. */
            first: number;

            /** SequenceRange last. */
            last: number;

            /**
             * Encodes the specified SequenceRange message. Does not implicitly {@link tapecast.v1.SequenceRange.verify|verify} messages.
             * @param message SequenceRange message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.SequenceRange.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SequenceRange message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.SequenceRange & tapecast.v1.SequenceRange.$Shape} SequenceRange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.SequenceRange & tapecast.v1.SequenceRange.$Shape;
        }

        namespace SequenceRange {

            /** Properties of a SequenceRange. */
            interface $Properties {

                /** SequenceRange sequence */
                sequence?: (tapecast.v1.Sequence|null|undefined);

                /** SequenceRange first */
                first?: (number|null|undefined);

                /** SequenceRange last */
                last?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SequenceRange. */
            type $Shape = tapecast.v1.SequenceRange.$Properties;
        }

        /** Sequence enum. */
        enum Sequence {

            /** SEQUENCE_UNSPECIFIED value */
            SEQUENCE_UNSPECIFIED = 0,

            /** SEQUENCE_TRADE value */
            SEQUENCE_TRADE = 1,

            /** SEQUENCE_QUOTE value */
            SEQUENCE_QUOTE = 2,

            /** SEQUENCE_DEPTH value */
            SEQUENCE_DEPTH = 3,

            /** SEQUENCE_KLINE_1M value */
            SEQUENCE_KLINE_1M = 4,

            /** SEQUENCE_KLINE_5M value */
            SEQUENCE_KLINE_5M = 5,

            /** SEQUENCE_KLINE_15M value */
            SEQUENCE_KLINE_15M = 6,

            /** SEQUENCE_KLINE_30M value */
            SEQUENCE_KLINE_30M = 7,

            /** SEQUENCE_KLINE_1H value */
            SEQUENCE_KLINE_1H = 8,

            /** SEQUENCE_KLINE_1D value */
            SEQUENCE_KLINE_1D = 9,

            /** SEQUENCE_STATUS value */
            SEQUENCE_STATUS = 10
        }

        /**
         * Properties of an UpdateList.
         * @deprecated Use tapecast.v1.UpdateList.$Properties instead.
         */
        interface IUpdateList extends tapecast.v1.UpdateList.$Properties {
        }

        /** Represents an UpdateList. */
        class UpdateList {

            /**
             * Constructs a new UpdateList.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.UpdateList.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateList updates. */
            updates: tapecast.v1.Update.$Properties[];

            /**
             * Encodes the specified UpdateList message. Does not implicitly {@link tapecast.v1.UpdateList.verify|verify} messages.
             * @param message UpdateList message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.UpdateList.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateList message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.UpdateList & tapecast.v1.UpdateList.$Shape} UpdateList
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.UpdateList & tapecast.v1.UpdateList.$Shape;
        }

        namespace UpdateList {

            /** Properties of an UpdateList. */
            interface $Properties {

                /** UpdateList updates */
                updates?: (tapecast.v1.Update.$Properties[]|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateList. */
            type $Shape = {
              updates?: tapecast.v1.Update.$Shape[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of an Update.
         * @deprecated Use tapecast.v1.Update.$Properties instead.
         */
        interface IUpdate extends tapecast.v1.Update.$Properties {
        }

        /** Represents an Update. */
        class Update {

            /**
             * Constructs a new Update.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.Update.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Update sequence. */
            sequence: tapecast.v1.Sequence;

            /** Update first. */
            first: number;

            /** Update last. */
            last: number;

            /** Update keyframe. */
            keyframe: boolean;

            /** Update priceDecimals. */
            priceDecimals: number;

            /** Update sizeDecimals. */
            sizeDecimals: number;

            /** Update timestampUs. */
            timestampUs: number;

            /** Update receivedAtUs. */
            receivedAtUs: number;

            /** Update trade. */
            trade?: (tapecast.v1.UpdateTrade.$Properties|null|undefined);

            /** Update quote. */
            quote?: (tapecast.v1.UpdateQuote.$Properties|null|undefined);

            /** Update depth. */
            depth?: (tapecast.v1.UpdateDepth.$Properties|null|undefined);

            /** Update kline. */
            kline?: (tapecast.v1.UpdateKline.$Properties|null|undefined);

            /** Update status. */
            status?: (tapecast.v1.UpdateStatus.$Properties|null|undefined);

            /** Update body. */
            body?: ("trade"|"quote"|"depth"|"kline"|"status");

            /**
             * Encodes the specified Update message. Does not implicitly {@link tapecast.v1.Update.verify|verify} messages.
             * @param message Update message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.Update.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Update message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.Update & tapecast.v1.Update.$Shape} Update
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.Update & tapecast.v1.Update.$Shape;
        }

        namespace Update {

            /** Properties of an Update. */
            interface $Properties {

                /** Update sequence */
                sequence?: (tapecast.v1.Sequence|null|undefined);

                /** Update first */
                first?: (number|null|undefined);

                /** Update last */
                last?: (number|null|undefined);

                /** Update keyframe */
                keyframe?: (boolean|null|undefined);

                /** Update priceDecimals */
                priceDecimals?: (number|null|undefined);

                /** Update sizeDecimals */
                sizeDecimals?: (number|null|undefined);

                /** Update timestampUs */
                timestampUs?: (number|null|undefined);

                /** Update receivedAtUs */
                receivedAtUs?: (number|null|undefined);

                /** Update trade */
                trade?: (tapecast.v1.UpdateTrade.$Properties|null|undefined);

                /** Update quote */
                quote?: (tapecast.v1.UpdateQuote.$Properties|null|undefined);

                /** Update depth */
                depth?: (tapecast.v1.UpdateDepth.$Properties|null|undefined);

                /** Update kline */
                kline?: (tapecast.v1.UpdateKline.$Properties|null|undefined);

                /** Update status */
                status?: (tapecast.v1.UpdateStatus.$Properties|null|undefined);

                /** Update body */
                body?: ("trade"|"quote"|"depth"|"kline"|"status");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of an Update. */
            type $Shape = {
              sequence?: tapecast.v1.Sequence|null;
              first?: number|null;
              last?: number|null;
              keyframe?: boolean|null;
              priceDecimals?: number|null;
              sizeDecimals?: number|null;
              timestampUs?: number|null;
              receivedAtUs?: number|null;
              trade?: tapecast.v1.UpdateTrade.$Shape|null;
              quote?: tapecast.v1.UpdateQuote.$Shape|null;
              depth?: tapecast.v1.UpdateDepth.$Shape|null;
              kline?: tapecast.v1.UpdateKline.$Shape|null;
              status?: tapecast.v1.UpdateStatus.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; trade?: null; quote?: null; depth?: null; kline?: null; status?: null }|{ body?: "trade"; trade: tapecast.v1.UpdateTrade.$Shape; quote?: null; depth?: null; kline?: null; status?: null }|{ body?: "quote"; trade?: null; quote: tapecast.v1.UpdateQuote.$Shape; depth?: null; kline?: null; status?: null }|{ body?: "depth"; trade?: null; quote?: null; depth: tapecast.v1.UpdateDepth.$Shape; kline?: null; status?: null }|{ body?: "kline"; trade?: null; quote?: null; depth?: null; kline: tapecast.v1.UpdateKline.$Shape; status?: null }|{ body?: "status"; trade?: null; quote?: null; depth?: null; kline?: null; status: tapecast.v1.UpdateStatus.$Shape })
            );
        }

        /**
         * Properties of an UpdateTrade.
         * @deprecated Use tapecast.v1.UpdateTrade.$Properties instead.
         */
        interface IUpdateTrade extends tapecast.v1.UpdateTrade.$Properties {
        }

        /** Represents an UpdateTrade. */
        class UpdateTrade {

            /**
             * Constructs a new UpdateTrade.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.UpdateTrade.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateTrade id. */
            id: string;

            /** UpdateTrade price. */
            price: number;

            /** UpdateTrade size. */
            size: number;

            /** UpdateTrade side. */
            side: tapecast.v1.Side;

            /** UpdateTrade conditions. */
            conditions: string[];

            /**
             * Encodes the specified UpdateTrade message. Does not implicitly {@link tapecast.v1.UpdateTrade.verify|verify} messages.
             * @param message UpdateTrade message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.UpdateTrade.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateTrade message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.UpdateTrade & tapecast.v1.UpdateTrade.$Shape} UpdateTrade
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.UpdateTrade & tapecast.v1.UpdateTrade.$Shape;
        }

        namespace UpdateTrade {

            /** Properties of an UpdateTrade. */
            interface $Properties {

                /** UpdateTrade id */
                id?: (string|null|undefined);

                /** UpdateTrade price */
                price?: (number|null|undefined);

                /** UpdateTrade size */
                size?: (number|null|undefined);

                /** UpdateTrade side */
                side?: (tapecast.v1.Side|null|undefined);

                /** UpdateTrade conditions */
                conditions?: (string[]|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateTrade. */
            type $Shape = tapecast.v1.UpdateTrade.$Properties;
        }

        /**
         * Properties of an UpdateQuote.
         * @deprecated Use tapecast.v1.UpdateQuote.$Properties instead.
         */
        interface IUpdateQuote extends tapecast.v1.UpdateQuote.$Properties {
        }

        /** Represents an UpdateQuote. */
        class UpdateQuote {

            /**
             * Constructs a new UpdateQuote.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.UpdateQuote.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateQuote last. */
            last?: (number|null|undefined);

            /** UpdateQuote open. */
            open?: (number|null|undefined);

            /** UpdateQuote high. */
            high?: (number|null|undefined);

            /** UpdateQuote low. */
            low?: (number|null|undefined);

            /** UpdateQuote prevClose. */
            prevClose?: (number|null|undefined);

            /** UpdateQuote change. */
            change?: (number|null|undefined);

            /** UpdateQuote changePct. */
            changePct?: (number|null|undefined);

            /** UpdateQuote volume. */
            volume?: (tapecast.v1.Sum.$Properties|null|undefined);

            /** UpdateQuote turnover. */
            turnover?: (tapecast.v1.Sum.$Properties|null|undefined);

            /** UpdateQuote vwap. */
            vwap?: (tapecast.v1.Sum.$Properties|null|undefined);

            /** UpdateQuote bid. */
            bid?: (number|null|undefined);

            /** UpdateQuote bidSize. */
            bidSize?: (number|null|undefined);

            /** UpdateQuote ask. */
            ask?: (number|null|undefined);

            /** UpdateQuote askSize. */
            askSize?: (number|null|undefined);

            /** UpdateQuote sinceMs. */
            sinceMs?: (number|null|undefined);

            /** UpdateQuote cleared. */
            cleared: number;

            /**
             * Encodes the specified UpdateQuote message. Does not implicitly {@link tapecast.v1.UpdateQuote.verify|verify} messages.
             * @param message UpdateQuote message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.UpdateQuote.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateQuote message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.UpdateQuote & tapecast.v1.UpdateQuote.$Shape} UpdateQuote
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.UpdateQuote & tapecast.v1.UpdateQuote.$Shape;
        }

        namespace UpdateQuote {

            /** Properties of an UpdateQuote. */
            interface $Properties {

                /** UpdateQuote last */
                last?: (number|null|undefined);

                /** UpdateQuote open */
                open?: (number|null|undefined);

                /** UpdateQuote high */
                high?: (number|null|undefined);

                /** UpdateQuote low */
                low?: (number|null|undefined);

                /** UpdateQuote prevClose */
                prevClose?: (number|null|undefined);

                /** UpdateQuote change */
                change?: (number|null|undefined);

                /** UpdateQuote changePct */
                changePct?: (number|null|undefined);

                /** UpdateQuote volume */
                volume?: (tapecast.v1.Sum.$Properties|null|undefined);

                /** UpdateQuote turnover */
                turnover?: (tapecast.v1.Sum.$Properties|null|undefined);

                /** UpdateQuote vwap */
                vwap?: (tapecast.v1.Sum.$Properties|null|undefined);

                /** UpdateQuote bid */
                bid?: (number|null|undefined);

                /** UpdateQuote bidSize */
                bidSize?: (number|null|undefined);

                /** UpdateQuote ask */
                ask?: (number|null|undefined);

                /** UpdateQuote askSize */
                askSize?: (number|null|undefined);

                /** UpdateQuote sinceMs */
                sinceMs?: (number|null|undefined);

                /** UpdateQuote cleared */
                cleared?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateQuote. */
            type $Shape = tapecast.v1.UpdateQuote.$Properties;
        }

        /**
         * Properties of an UpdateDepth.
         * @deprecated Use tapecast.v1.UpdateDepth.$Properties instead.
         */
        interface IUpdateDepth extends tapecast.v1.UpdateDepth.$Properties {
        }

        /** Represents an UpdateDepth. */
        class UpdateDepth {

            /**
             * Constructs a new UpdateDepth.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.UpdateDepth.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateDepth bids. */
            bids: number[];

            /** UpdateDepth asks. */
            asks: number[];

            /**
             * Encodes the specified UpdateDepth message. Does not implicitly {@link tapecast.v1.UpdateDepth.verify|verify} messages.
             * @param message UpdateDepth message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.UpdateDepth.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateDepth message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.UpdateDepth & tapecast.v1.UpdateDepth.$Shape} UpdateDepth
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.UpdateDepth & tapecast.v1.UpdateDepth.$Shape;
        }

        namespace UpdateDepth {

            /** Properties of an UpdateDepth. */
            interface $Properties {

                /** UpdateDepth bids */
                bids?: (number[]|null|undefined);

                /** UpdateDepth asks */
                asks?: (number[]|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateDepth. */
            type $Shape = tapecast.v1.UpdateDepth.$Properties;
        }

        /**
         * Properties of an UpdateKline.
         * @deprecated Use tapecast.v1.UpdateKline.$Properties instead.
         */
        interface IUpdateKline extends tapecast.v1.UpdateKline.$Properties {
        }

        /** Represents an UpdateKline. */
        class UpdateKline {

            /**
             * Constructs a new UpdateKline.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.UpdateKline.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateKline interval. */
            interval: string;

            /** UpdateKline startMs. */
            startMs: number;

            /** UpdateKline open. */
            open: number;

            /** UpdateKline high. */
            high: number;

            /** UpdateKline low. */
            low: number;

            /** UpdateKline close. */
            close: number;

            /** UpdateKline volume. */
            volume?: (tapecast.v1.Sum.$Properties|null|undefined);

            /** UpdateKline turnover. */
            turnover?: (tapecast.v1.Sum.$Properties|null|undefined);

            /** UpdateKline trades. */
            trades: number;

            /** UpdateKline final. */
            final: boolean;

            /** UpdateKline revision. */
            revision: number;

            /**
             * Encodes the specified UpdateKline message. Does not implicitly {@link tapecast.v1.UpdateKline.verify|verify} messages.
             * @param message UpdateKline message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.UpdateKline.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateKline message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.UpdateKline & tapecast.v1.UpdateKline.$Shape} UpdateKline
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.UpdateKline & tapecast.v1.UpdateKline.$Shape;
        }

        namespace UpdateKline {

            /** Properties of an UpdateKline. */
            interface $Properties {

                /** UpdateKline interval */
                interval?: (string|null|undefined);

                /** UpdateKline startMs */
                startMs?: (number|null|undefined);

                /** UpdateKline open */
                open?: (number|null|undefined);

                /** UpdateKline high */
                high?: (number|null|undefined);

                /** UpdateKline low */
                low?: (number|null|undefined);

                /** UpdateKline close */
                close?: (number|null|undefined);

                /** UpdateKline volume */
                volume?: (tapecast.v1.Sum.$Properties|null|undefined);

                /** UpdateKline turnover */
                turnover?: (tapecast.v1.Sum.$Properties|null|undefined);

                /** UpdateKline trades */
                trades?: (number|null|undefined);

                /** UpdateKline final */
                final?: (boolean|null|undefined);

                /** UpdateKline revision */
                revision?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateKline. */
            type $Shape = tapecast.v1.UpdateKline.$Properties;
        }

        /**
         * Properties of an UpdateStatus.
         * @deprecated Use tapecast.v1.UpdateStatus.$Properties instead.
         */
        interface IUpdateStatus extends tapecast.v1.UpdateStatus.$Properties {
        }

        /** Represents an UpdateStatus. */
        class UpdateStatus {

            /**
             * Constructs a new UpdateStatus.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.UpdateStatus.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateStatus state. */
            state: tapecast.v1.MarketState;

            /** UpdateStatus sinceMs. */
            sinceMs: number;

            /** UpdateStatus source. */
            source: string;

            /** UpdateStatus reason. */
            reason: string;

            /**
             * Encodes the specified UpdateStatus message. Does not implicitly {@link tapecast.v1.UpdateStatus.verify|verify} messages.
             * @param message UpdateStatus message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.UpdateStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateStatus message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.UpdateStatus & tapecast.v1.UpdateStatus.$Shape} UpdateStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.UpdateStatus & tapecast.v1.UpdateStatus.$Shape;
        }

        namespace UpdateStatus {

            /** Properties of an UpdateStatus. */
            interface $Properties {

                /** UpdateStatus state */
                state?: (tapecast.v1.MarketState|null|undefined);

                /** UpdateStatus sinceMs */
                sinceMs?: (number|null|undefined);

                /** UpdateStatus source */
                source?: (string|null|undefined);

                /** UpdateStatus reason */
                reason?: (string|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateStatus. */
            type $Shape = tapecast.v1.UpdateStatus.$Properties;
        }

        /**
         * Properties of an InstrumentView.
         * @deprecated Use tapecast.v1.InstrumentView.$Properties instead.
         */
        interface IInstrumentView extends tapecast.v1.InstrumentView.$Properties {
        }

        /** Represents an InstrumentView. */
        class InstrumentView {

            /**
             * Constructs a new InstrumentView.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.InstrumentView.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** InstrumentView instrument. */
            instrument: string;

            /** InstrumentView epoch. */
            epoch: string;

            /** InstrumentView priceDecimals. */
            priceDecimals: number;

            /** InstrumentView sizeDecimals. */
            sizeDecimals: number;

            /** InstrumentView seqs. */
            seqs: tapecast.v1.SequenceRange.$Properties[];

            /** InstrumentView quote. */
            quote?: (tapecast.v1.UpdateQuote.$Properties|null|undefined);

            /** InstrumentView quoteTimestampUs. */
            quoteTimestampUs: number;

            /** InstrumentView depth. */
            depth?: (tapecast.v1.UpdateDepth.$Properties|null|undefined);

            /** InstrumentView bookTimestampUs. */
            bookTimestampUs: number;

            /** InstrumentView bars. */
            bars: tapecast.v1.Update.$Properties[];

            /** InstrumentView trades. */
            trades: tapecast.v1.Update.$Properties[];

            /** InstrumentView status. */
            status?: (tapecast.v1.UpdateStatus.$Properties|null|undefined);

            /**
             * Encodes the specified InstrumentView message. Does not implicitly {@link tapecast.v1.InstrumentView.verify|verify} messages.
             * @param message InstrumentView message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.InstrumentView.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an InstrumentView message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.InstrumentView & tapecast.v1.InstrumentView.$Shape} InstrumentView
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.InstrumentView & tapecast.v1.InstrumentView.$Shape;
        }

        namespace InstrumentView {

            /** Properties of an InstrumentView. */
            interface $Properties {

                /** InstrumentView instrument */
                instrument?: (string|null|undefined);

                /** InstrumentView epoch */
                epoch?: (string|null|undefined);

                /** InstrumentView priceDecimals */
                priceDecimals?: (number|null|undefined);

                /** InstrumentView sizeDecimals */
                sizeDecimals?: (number|null|undefined);

                /** InstrumentView seqs */
                seqs?: (tapecast.v1.SequenceRange.$Properties[]|null|undefined);

                /** InstrumentView quote */
                quote?: (tapecast.v1.UpdateQuote.$Properties|null|undefined);

                /** InstrumentView quoteTimestampUs */
                quoteTimestampUs?: (number|null|undefined);

                /** InstrumentView depth */
                depth?: (tapecast.v1.UpdateDepth.$Properties|null|undefined);

                /** InstrumentView bookTimestampUs */
                bookTimestampUs?: (number|null|undefined);

                /** InstrumentView bars */
                bars?: (tapecast.v1.Update.$Properties[]|null|undefined);

                /** InstrumentView trades */
                trades?: (tapecast.v1.Update.$Properties[]|null|undefined);

                /** InstrumentView status */
                status?: (tapecast.v1.UpdateStatus.$Properties|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an InstrumentView. */
            type $Shape = {
              instrument?: string|null;
              epoch?: string|null;
              priceDecimals?: number|null;
              sizeDecimals?: number|null;
              seqs?: tapecast.v1.SequenceRange.$Shape[]|null;
              quote?: tapecast.v1.UpdateQuote.$Shape|null;
              quoteTimestampUs?: number|null;
              depth?: tapecast.v1.UpdateDepth.$Shape|null;
              bookTimestampUs?: number|null;
              bars?: tapecast.v1.Update.$Shape[]|null;
              trades?: tapecast.v1.Update.$Shape[]|null;
              status?: tapecast.v1.UpdateStatus.$Shape|null;
              $unknowns?: Uint8Array[];
            };
        }
    }
}
