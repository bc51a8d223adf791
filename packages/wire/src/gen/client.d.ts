// Generated from proto/ by scripts/generate.mjs. Do not edit.
import * as $protobuf from "protobufjs/minimal.js";

/** Namespace tapecast. */
export namespace tapecast {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a ClientMessage.
         * @deprecated Use tapecast.v1.ClientMessage.$Properties instead.
         */
        interface IClientMessage extends tapecast.v1.ClientMessage.$Properties {
        }

        /** Represents a ClientMessage. */
        class ClientMessage {

            /**
             * Constructs a new ClientMessage.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ClientMessage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClientMessage idText. */
            idText?: (string|null|undefined);

            /** ClientMessage idNumber. */
            idNumber?: (number|null|undefined);

            /** ClientMessage auth. */
            auth?: (tapecast.v1.ClientAuth.$Properties|null|undefined);

            /** ClientMessage subscribe. */
            subscribe?: (tapecast.v1.ClientSubscribe.$Properties|null|undefined);

            /** ClientMessage unsubscribe. */
            unsubscribe?: (tapecast.v1.ClientUnsubscribe.$Properties|null|undefined);

            /** ClientMessage querySubscribe. */
            querySubscribe?: (tapecast.v1.ClientQuerySubscribe.$Properties|null|undefined);

            /** ClientMessage resync. */
            resync?: (tapecast.v1.ClientResync.$Properties|null|undefined);

            /** ClientMessage resume. */
            resume?: (tapecast.v1.ClientResume.$Properties|null|undefined);

            /** ClientMessage ack. */
            ack?: (tapecast.v1.ClientAck.$Properties|null|undefined);

            /** ClientMessage ping. */
            ping?: (tapecast.v1.ClientPing.$Properties|null|undefined);

            /** ClientMessage id. */
            id?: ("idText"|"idNumber");

            /** ClientMessage body. */
            body?: ("auth"|"subscribe"|"unsubscribe"|"querySubscribe"|"resync"|"resume"|"ack"|"ping");

            /**
             * Encodes the specified ClientMessage message. Does not implicitly {@link tapecast.v1.ClientMessage.verify|verify} messages.
             * @param message ClientMessage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ClientMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClientMessage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ClientMessage & tapecast.v1.ClientMessage.$Shape} ClientMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ClientMessage & tapecast.v1.ClientMessage.$Shape;
        }

        namespace ClientMessage {

            /** Properties of a ClientMessage. */
            interface $Properties {

                /** ClientMessage idText */
                idText?: (string|null|undefined);

                /** ClientMessage idNumber */
                idNumber?: (number|null|undefined);

                /** ClientMessage auth */
                auth?: (tapecast.v1.ClientAuth.$Properties|null|undefined);

                /** ClientMessage subscribe */
                subscribe?: (tapecast.v1.ClientSubscribe.$Properties|null|undefined);

                /** ClientMessage unsubscribe */
                unsubscribe?: (tapecast.v1.ClientUnsubscribe.$Properties|null|undefined);

                /** ClientMessage querySubscribe */
                querySubscribe?: (tapecast.v1.ClientQuerySubscribe.$Properties|null|undefined);

                /** ClientMessage resync */
                resync?: (tapecast.v1.ClientResync.$Properties|null|undefined);

                /** ClientMessage resume */
                resume?: (tapecast.v1.ClientResume.$Properties|null|undefined);

                /** ClientMessage ack */
                ack?: (tapecast.v1.ClientAck.$Properties|null|undefined);

                /** ClientMessage ping */
                ping?: (tapecast.v1.ClientPing.$Properties|null|undefined);

                /** ClientMessage id */
                id?: ("idText"|"idNumber");

                /** ClientMessage body */
                body?: ("auth"|"subscribe"|"unsubscribe"|"querySubscribe"|"resync"|"resume"|"ack"|"ping");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a ClientMessage. */
            type $Shape = {
              idText?: string|null;
              idNumber?: number|null;
              auth?: tapecast.v1.ClientAuth.$Shape|null;
              subscribe?: tapecast.v1.ClientSubscribe.$Shape|null;
              unsubscribe?: tapecast.v1.ClientUnsubscribe.$Shape|null;
              querySubscribe?: tapecast.v1.ClientQuerySubscribe.$Shape|null;
              resync?: tapecast.v1.ClientResync.$Shape|null;
              resume?: tapecast.v1.ClientResume.$Shape|null;
              ack?: tapecast.v1.ClientAck.$Shape|null;
              ping?: tapecast.v1.ClientPing.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ id?: undefined; idText?: null; idNumber?: null }|{ id?: "idText"; idText: string; idNumber?: null }|{ id?: "idNumber"; idText?: null; idNumber: number })
            ) & (
              ({ body?: undefined; auth?: null; subscribe?: null; unsubscribe?: null; querySubscribe?: null; resync?: null; resume?: null; ack?: null; ping?: null }|{ body?: "auth"; auth: tapecast.v1.ClientAuth.$Shape; subscribe?: null; unsubscribe?: null; querySubscribe?: null; resync?: null; resume?: null; ack?: null; ping?: null }|{ body?: "subscribe"; auth?: null; subscribe: tapecast.v1.ClientSubscribe.$Shape; unsubscribe?: null; querySubscribe?: null; resync?: null; resume?: null; ack?: null; ping?: null }|{ body?: "unsubscribe"; auth?: null; subscribe?: null; unsubscribe: tapecast.v1.ClientUnsubscribe.$Shape; querySubscribe?: null; resync?: null; resume?: null; ack?: null; ping?: null }|{ body?: "querySubscribe"; auth?: null; subscribe?: null; unsubscribe?: null; querySubscribe: tapecast.v1.ClientQuerySubscribe.$Shape; resync?: null; resume?: null; ack?: null; ping?: null }|{ body?: "resync"; auth?: null; subscribe?: null; unsubscribe?: null; querySubscribe?: null; resync: tapecast.v1.ClientResync.$Shape; resume?: null; ack?: null; ping?: null }|{ body?: "resume"; auth?: null; subscribe?: null; unsubscribe?: null; querySubscribe?: null; resync?: null; resume: tapecast.v1.ClientResume.$Shape; ack?: null; ping?: null }|{ body?: "ack"; auth?: null; subscribe?: null; unsubscribe?: null; querySubscribe?: null; resync?: null; resume?: null; ack: tapecast.v1.ClientAck.$Shape; ping?: null }|{ body?: "ping"; auth?: null; subscribe?: null; unsubscribe?: null; querySubscribe?: null; resync?: null; resume?: null; ack?: null; ping: tapecast.v1.ClientPing.$Shape })
            );
        }

        /**
         * Properties of a ClientAuth.
         * @deprecated Use tapecast.v1.ClientAuth.$Properties instead.
         */
        interface IClientAuth extends tapecast.v1.ClientAuth.$Properties {
        }

        /** Represents a ClientAuth. */
        class ClientAuth {

            /**
             * Constructs a new ClientAuth.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ClientAuth.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClientAuth token. */
            token: string;

            /**
             * Encodes the specified ClientAuth message. Does not implicitly {@link tapecast.v1.ClientAuth.verify|verify} messages.
             * @param message ClientAuth message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ClientAuth.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClientAuth message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ClientAuth & tapecast.v1.ClientAuth.$Shape} ClientAuth
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ClientAuth & tapecast.v1.ClientAuth.$Shape;
        }

        namespace ClientAuth {

            /** Properties of a ClientAuth. */
            interface $Properties {

                /** ClientAuth token */
                token?: (string|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClientAuth. */
            type $Shape = tapecast.v1.ClientAuth.$Properties;
        }

        /**
         * Properties of a ClientSubscribe.
         * @deprecated Use tapecast.v1.ClientSubscribe.$Properties instead.
         */
        interface IClientSubscribe extends tapecast.v1.ClientSubscribe.$Properties {
        }

        /** Represents a ClientSubscribe. */
        class ClientSubscribe {

            /**
             * Constructs a new ClientSubscribe.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ClientSubscribe.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClientSubscribe channels. */
            channels: string[];

            /** ClientSubscribe symbols. */
            symbols: string[];

            /** ClientSubscribe intervalMs. */
            intervalMs: number;

            /**
             * Encodes the specified ClientSubscribe message. Does not implicitly {@link tapecast.v1.ClientSubscribe.verify|verify} messages.
             * @param message ClientSubscribe message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ClientSubscribe.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClientSubscribe message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ClientSubscribe & tapecast.v1.ClientSubscribe.$Shape} ClientSubscribe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ClientSubscribe & tapecast.v1.ClientSubscribe.$Shape;
        }

        namespace ClientSubscribe {

            /** Properties of a ClientSubscribe. */
            interface $Properties {

                /** ClientSubscribe channels */
                channels?: (string[]|null|undefined);

                /** ClientSubscribe symbols */
                symbols?: (string[]|null|undefined);

                /** ClientSubscribe intervalMs */
                intervalMs?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClientSubscribe. */
            type $Shape = tapecast.v1.ClientSubscribe.$Properties;
        }

        /**
         * Properties of a ClientUnsubscribe.
         * @deprecated Use tapecast.v1.ClientUnsubscribe.$Properties instead.
         */
        interface IClientUnsubscribe extends tapecast.v1.ClientUnsubscribe.$Properties {
        }

        /** Represents a ClientUnsubscribe. */
        class ClientUnsubscribe {

            /**
             * Constructs a new ClientUnsubscribe.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ClientUnsubscribe.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClientUnsubscribe channels. */
            channels: string[];

            /** ClientUnsubscribe symbols. */
            symbols: string[];

            /**
             * Encodes the specified ClientUnsubscribe message. Does not implicitly {@link tapecast.v1.ClientUnsubscribe.verify|verify} messages.
             * @param message ClientUnsubscribe message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ClientUnsubscribe.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClientUnsubscribe message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ClientUnsubscribe & tapecast.v1.ClientUnsubscribe.$Shape} ClientUnsubscribe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ClientUnsubscribe & tapecast.v1.ClientUnsubscribe.$Shape;
        }

        namespace ClientUnsubscribe {

            /** Properties of a ClientUnsubscribe. */
            interface $Properties {

                /** ClientUnsubscribe channels */
                channels?: (string[]|null|undefined);

                /** ClientUnsubscribe symbols */
                symbols?: (string[]|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClientUnsubscribe. */
            type $Shape = tapecast.v1.ClientUnsubscribe.$Properties;
        }

        /**
         * Properties of a ClientQuerySubscribe.
         * @deprecated Use tapecast.v1.ClientQuerySubscribe.$Properties instead.
         */
        interface IClientQuerySubscribe extends tapecast.v1.ClientQuerySubscribe.$Properties {
        }

        /** Represents a ClientQuerySubscribe. */
        class ClientQuerySubscribe {

            /**
             * Constructs a new ClientQuerySubscribe.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ClientQuerySubscribe.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified ClientQuerySubscribe message. Does not implicitly {@link tapecast.v1.ClientQuerySubscribe.verify|verify} messages.
             * @param message ClientQuerySubscribe message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ClientQuerySubscribe.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClientQuerySubscribe message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ClientQuerySubscribe & tapecast.v1.ClientQuerySubscribe.$Shape} ClientQuerySubscribe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ClientQuerySubscribe & tapecast.v1.ClientQuerySubscribe.$Shape;
        }

        namespace ClientQuerySubscribe {

            /** Properties of a ClientQuerySubscribe. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClientQuerySubscribe. */
            type $Shape = tapecast.v1.ClientQuerySubscribe.$Properties;
        }

        /**
         * Properties of a ClientResync.
         * @deprecated Use tapecast.v1.ClientResync.$Properties instead.
         */
        interface IClientResync extends tapecast.v1.ClientResync.$Properties {
        }

        /** Represents a ClientResync. */
        class ClientResync {

            /**
             * Constructs a new ClientResync.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ClientResync.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClientResync channels. */
            channels: string[];

            /** ClientResync symbols. */
            symbols: string[];

            /**
             * Encodes the specified ClientResync message. Does not implicitly {@link tapecast.v1.ClientResync.verify|verify} messages.
             * @param message ClientResync message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ClientResync.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClientResync message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ClientResync & tapecast.v1.ClientResync.$Shape} ClientResync
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ClientResync & tapecast.v1.ClientResync.$Shape;
        }

        namespace ClientResync {

            /** Properties of a ClientResync. */
            interface $Properties {

                /** ClientResync channels */
                channels?: (string[]|null|undefined);

                /** ClientResync symbols */
                symbols?: (string[]|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClientResync. */
            type $Shape = tapecast.v1.ClientResync.$Properties;
        }

        /**
         * Properties of a ClientResume.
         * @deprecated Use tapecast.v1.ClientResume.$Properties instead.
         */
        interface IClientResume extends tapecast.v1.ClientResume.$Properties {
        }

        /** Represents a ClientResume. */
        class ClientResume {

            /**
             * Constructs a new ClientResume.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ClientResume.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClientResume token. */
            token: string;

            /** ClientResume positions. */
            positions: tapecast.v1.ResumePosition.$Properties[];

            /** ClientResume more. */
            more: boolean;

            /**
             * Encodes the specified ClientResume message. Does not implicitly {@link tapecast.v1.ClientResume.verify|verify} messages.
             * @param message ClientResume message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ClientResume.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClientResume message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ClientResume & tapecast.v1.ClientResume.$Shape} ClientResume
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ClientResume & tapecast.v1.ClientResume.$Shape;
        }

        namespace ClientResume {

            /** Properties of a ClientResume. */
            interface $Properties {

                /** ClientResume token */
                token?: (string|null|undefined);

                /** ClientResume positions */
                positions?: (tapecast.v1.ResumePosition.$Properties[]|null|undefined);

                /** ClientResume more */
                more?: (boolean|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClientResume. */
            type $Shape = tapecast.v1.ClientResume.$Properties;
        }

        /**
         * Properties of a ResumePosition.
         * @deprecated Use tapecast.v1.ResumePosition.$Properties instead.
         */
        interface IResumePosition extends tapecast.v1.ResumePosition.$Properties {
        }

        /** Represents a ResumePosition. */
        class ResumePosition {

            /**
             * Constructs a new ResumePosition.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ResumePosition.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ResumePosition symbol. */
            symbol: string;

            /** ResumePosition channel. */
            channel: string;

            /** ResumePosition epoch. */
            epoch: string;

            /** ResumePosition seq. */
            seq: number;

            /** ResumePosition intervalMs. */
            intervalMs?: (number|null|undefined);

            /**
             * Encodes the specified ResumePosition message. Does not implicitly {@link tapecast.v1.ResumePosition.verify|verify} messages.
             * @param message ResumePosition message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ResumePosition.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ResumePosition message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ResumePosition & tapecast.v1.ResumePosition.$Shape} ResumePosition
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ResumePosition & tapecast.v1.ResumePosition.$Shape;
        }

        namespace ResumePosition {

            /** Properties of a ResumePosition. */
            interface $Properties {

                /** ResumePosition symbol */
                symbol?: (string|null|undefined);

                /** ResumePosition channel */
                channel?: (string|null|undefined);

                /** ResumePosition epoch */
                epoch?: (string|null|undefined);

                /** ResumePosition seq */
                seq?: (number|null|undefined);

                /** ResumePosition intervalMs */
                intervalMs?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ResumePosition. */
            type $Shape = tapecast.v1.ResumePosition.$Properties;
        }

        /**
         * Properties of a ClientAck.
         * @deprecated Use tapecast.v1.ClientAck.$Properties instead.
         */
        interface IClientAck extends tapecast.v1.ClientAck.$Properties {
        }

        /** Represents a ClientAck. */
        class ClientAck {

            /**
             * Constructs a new ClientAck.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ClientAck.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified ClientAck message. Does not implicitly {@link tapecast.v1.ClientAck.verify|verify} messages.
             * @param message ClientAck message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ClientAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClientAck message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ClientAck & tapecast.v1.ClientAck.$Shape} ClientAck
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ClientAck & tapecast.v1.ClientAck.$Shape;
        }

        namespace ClientAck {

            /** Properties of a ClientAck. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClientAck. */
            type $Shape = tapecast.v1.ClientAck.$Properties;
        }

        /**
         * Properties of a ClientPing.
         * @deprecated Use tapecast.v1.ClientPing.$Properties instead.
         */
        interface IClientPing extends tapecast.v1.ClientPing.$Properties {
        }

        /** Represents a ClientPing. */
        class ClientPing {

            /**
             * Constructs a new ClientPing.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ClientPing.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified ClientPing message. Does not implicitly {@link tapecast.v1.ClientPing.verify|verify} messages.
             * @param message ClientPing message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ClientPing.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClientPing message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ClientPing & tapecast.v1.ClientPing.$Shape} ClientPing
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ClientPing & tapecast.v1.ClientPing.$Shape;
        }

        namespace ClientPing {

            /** Properties of a ClientPing. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClientPing. */
            type $Shape = tapecast.v1.ClientPing.$Properties;
        }

        /**
         * Properties of a ServerFrame.
         * @deprecated Use tapecast.v1.ServerFrame.$Properties instead.
         */
        interface IServerFrame extends tapecast.v1.ServerFrame.$Properties {
        }

        /** Represents a ServerFrame. */
        class ServerFrame {

            /**
             * Constructs a new ServerFrame.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ServerFrame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerFrame publishedAtUs. */
            publishedAtUs: number;

            /** ServerFrame receivedAtUs. */
            receivedAtUs?: (number|null|undefined);

            /** ServerFrame messages. */
            messages: tapecast.v1.ServerMessage.$Properties[];

            /** ServerFrame deltas. */
            deltas: number[];

            /**
             * Encodes the specified ServerFrame message. Does not implicitly {@link tapecast.v1.ServerFrame.verify|verify} messages.
             * @param message ServerFrame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ServerFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerFrame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ServerFrame & tapecast.v1.ServerFrame.$Shape} ServerFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ServerFrame & tapecast.v1.ServerFrame.$Shape;
        }

        namespace ServerFrame {

            /** Properties of a ServerFrame. */
            interface $Properties {

                /** ServerFrame publishedAtUs */
                publishedAtUs?: (number|null|undefined);

                /** ServerFrame receivedAtUs */
                receivedAtUs?: (number|null|undefined);

                /** ServerFrame messages */
                messages?: (tapecast.v1.ServerMessage.$Properties[]|null|undefined);

                /** ServerFrame deltas */
                deltas?: (number[]|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServerFrame. */
            type $Shape = {
              publishedAtUs?: number|null;
              receivedAtUs?: number|null;
              messages?: tapecast.v1.ServerMessage.$Shape[]|null;
              deltas?: number[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a ServerMessage.
         * @deprecated Use tapecast.v1.ServerMessage.$Properties instead.
         */
        interface IServerMessage extends tapecast.v1.ServerMessage.$Properties {
        }

        /** Represents a ServerMessage. */
        class ServerMessage {

            /**
             * Constructs a new ServerMessage.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ServerMessage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerMessage hello. */
            hello?: (tapecast.v1.ServerHello.$Properties|null|undefined);

            /** ServerMessage success. */
            success?: (tapecast.v1.ServerSuccess.$Properties|null|undefined);

            /** ServerMessage error. */
            error?: (tapecast.v1.ServerError.$Properties|null|undefined);

            /** ServerMessage pong. */
            pong?: (tapecast.v1.ServerPong.$Properties|null|undefined);

            /** ServerMessage heartbeat. */
            heartbeat?: (tapecast.v1.ServerHeartbeat.$Properties|null|undefined);

            /** ServerMessage status. */
            status?: (tapecast.v1.ServerStatus.$Properties|null|undefined);

            /** ServerMessage notice. */
            notice?: (tapecast.v1.ServerNotice.$Properties|null|undefined);

            /** ServerMessage trade. */
            trade?: (tapecast.v1.ServerTrade.$Properties|null|undefined);

            /** ServerMessage quote. */
            quote?: (tapecast.v1.ServerQuote.$Properties|null|undefined);

            /** ServerMessage depth. */
            depth?: (tapecast.v1.ServerDepth.$Properties|null|undefined);

            /** ServerMessage kline. */
            kline?: (tapecast.v1.ServerKline.$Properties|null|undefined);

            /** ServerMessage body. */
            body?: ("hello"|"success"|"error"|"pong"|"heartbeat"|"status"|"notice"|"trade"|"quote"|"depth"|"kline");

            /**
             * Encodes the specified ServerMessage message. Does not implicitly {@link tapecast.v1.ServerMessage.verify|verify} messages.
             * @param message ServerMessage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ServerMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerMessage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ServerMessage & tapecast.v1.ServerMessage.$Shape} ServerMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ServerMessage & tapecast.v1.ServerMessage.$Shape;
        }

        namespace ServerMessage {

            /** Properties of a ServerMessage. */
            interface $Properties {

                /** ServerMessage hello */
                hello?: (tapecast.v1.ServerHello.$Properties|null|undefined);

                /** ServerMessage success */
                success?: (tapecast.v1.ServerSuccess.$Properties|null|undefined);

                /** ServerMessage error */
                error?: (tapecast.v1.ServerError.$Properties|null|undefined);

                /** ServerMessage pong */
                pong?: (tapecast.v1.ServerPong.$Properties|null|undefined);

                /** ServerMessage heartbeat */
                heartbeat?: (tapecast.v1.ServerHeartbeat.$Properties|null|undefined);

                /** ServerMessage status */
                status?: (tapecast.v1.ServerStatus.$Properties|null|undefined);

                /** ServerMessage notice */
                notice?: (tapecast.v1.ServerNotice.$Properties|null|undefined);

                /** ServerMessage trade */
                trade?: (tapecast.v1.ServerTrade.$Properties|null|undefined);

                /** ServerMessage quote */
                quote?: (tapecast.v1.ServerQuote.$Properties|null|undefined);

                /** ServerMessage depth */
                depth?: (tapecast.v1.ServerDepth.$Properties|null|undefined);

                /** ServerMessage kline */
                kline?: (tapecast.v1.ServerKline.$Properties|null|undefined);

                /** ServerMessage body */
                body?: ("hello"|"success"|"error"|"pong"|"heartbeat"|"status"|"notice"|"trade"|"quote"|"depth"|"kline");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a ServerMessage. */
            type $Shape = {
              hello?: tapecast.v1.ServerHello.$Shape|null;
              success?: tapecast.v1.ServerSuccess.$Shape|null;
              error?: tapecast.v1.ServerError.$Shape|null;
              pong?: tapecast.v1.ServerPong.$Shape|null;
              heartbeat?: tapecast.v1.ServerHeartbeat.$Shape|null;
              status?: tapecast.v1.ServerStatus.$Shape|null;
              notice?: tapecast.v1.ServerNotice.$Shape|null;
              trade?: tapecast.v1.ServerTrade.$Shape|null;
              quote?: tapecast.v1.ServerQuote.$Shape|null;
              depth?: tapecast.v1.ServerDepth.$Shape|null;
              kline?: tapecast.v1.ServerKline.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; hello?: null; success?: null; error?: null; pong?: null; heartbeat?: null; status?: null; notice?: null; trade?: null; quote?: null; depth?: null; kline?: null }|{ body?: "hello"; hello: tapecast.v1.ServerHello.$Shape; success?: null; error?: null; pong?: null; heartbeat?: null; status?: null; notice?: null; trade?: null; quote?: null; depth?: null; kline?: null }|{ body?: "success"; hello?: null; success: tapecast.v1.ServerSuccess.$Shape; error?: null; pong?: null; heartbeat?: null; status?: null; notice?: null; trade?: null; quote?: null; depth?: null; kline?: null }|{ body?: "error"; hello?: null; success?: null; error: tapecast.v1.ServerError.$Shape; pong?: null; heartbeat?: null; status?: null; notice?: null; trade?: null; quote?: null; depth?: null; kline?: null }|{ body?: "pong"; hello?: null; success?: null; error?: null; pong: tapecast.v1.ServerPong.$Shape; heartbeat?: null; status?: null; notice?: null; trade?: null; quote?: null; depth?: null; kline?: null }|{ body?: "heartbeat"; hello?: null; success?: null; error?: null; pong?: null; heartbeat: tapecast.v1.ServerHeartbeat.$Shape; status?: null; notice?: null; trade?: null; quote?: null; depth?: null; kline?: null }|{ body?: "status"; hello?: null; success?: null; error?: null; pong?: null; heartbeat?: null; status: tapecast.v1.ServerStatus.$Shape; notice?: null; trade?: null; quote?: null; depth?: null; kline?: null }|{ body?: "notice"; hello?: null; success?: null; error?: null; pong?: null; heartbeat?: null; status?: null; notice: tapecast.v1.ServerNotice.$Shape; trade?: null; quote?: null; depth?: null; kline?: null }|{ body?: "trade"; hello?: null; success?: null; error?: null; pong?: null; heartbeat?: null; status?: null; notice?: null; trade: tapecast.v1.ServerTrade.$Shape; quote?: null; depth?: null; kline?: null }|{ body?: "quote"; hello?: null; success?: null; error?: null; pong?: null; heartbeat?: null; status?: null; notice?: null; trade?: null; quote: tapecast.v1.ServerQuote.$Shape; depth?: null; kline?: null }|{ body?: "depth"; hello?: null; success?: null; error?: null; pong?: null; heartbeat?: null; status?: null; notice?: null; trade?: null; quote?: null; depth: tapecast.v1.ServerDepth.$Shape; kline?: null }|{ body?: "kline"; hello?: null; success?: null; error?: null; pong?: null; heartbeat?: null; status?: null; notice?: null; trade?: null; quote?: null; depth?: null; kline: tapecast.v1.ServerKline.$Shape })
            );
        }

        /**
         * Properties of a ServerHello.
         * @deprecated Use tapecast.v1.ServerHello.$Properties instead.
         */
        interface IServerHello extends tapecast.v1.ServerHello.$Properties {
        }

        /** Represents a ServerHello. */
        class ServerHello {

            /**
             * Constructs a new ServerHello.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ServerHello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerHello session. */
            session: string;

            /** ServerHello serverTime. */
            serverTime: number;

            /** ServerHello heartbeatMs. */
            heartbeatMs: number;

            /** ServerHello protocol. */
            protocol: string;

            /** ServerHello limits. */
            limits: tapecast.v1.ServerLimit.$Properties[];

            /** ServerHello resumeToken. */
            resumeToken: string;

            /**
             * Encodes the specified ServerHello message. Does not implicitly {@link tapecast.v1.ServerHello.verify|verify} messages.
             * @param message ServerHello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ServerHello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerHello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ServerHello & tapecast.v1.ServerHello.$Shape} ServerHello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ServerHello & tapecast.v1.ServerHello.$Shape;
        }

        namespace ServerHello {

            /** Properties of a ServerHello. */
            interface $Properties {

                /** ServerHello session */
                session?: (string|null|undefined);

                /** ServerHello serverTime */
                serverTime?: (number|null|undefined);

                /** ServerHello heartbeatMs */
                heartbeatMs?: (number|null|undefined);

                /** ServerHello protocol */
                protocol?: (string|null|undefined);

                /** ServerHello limits */
                limits?: (tapecast.v1.ServerLimit.$Properties[]|null|undefined);

                /** ServerHello resumeToken */
                resumeToken?: (string|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServerHello. */
            type $Shape = tapecast.v1.ServerHello.$Properties;
        }

        /**
         * Properties of a ServerLimit.
         * @deprecated Use tapecast.v1.ServerLimit.$Properties instead.
         */
        interface IServerLimit extends tapecast.v1.ServerLimit.$Properties {
        }

        /** Represents a ServerLimit. */
        class ServerLimit {

            /**
             * Constructs a new ServerLimit.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ServerLimit.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerLimit name. */
            name: string;

            /** ServerLimit values. */
            values: number[];

            /** ServerLimit list. */
            list: boolean;

            /**
             * Encodes the specified ServerLimit message. Does not implicitly {@link tapecast.v1.ServerLimit.verify|verify} messages.
             * @param message ServerLimit message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ServerLimit.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerLimit message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ServerLimit & tapecast.v1.ServerLimit.$Shape} ServerLimit
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ServerLimit & tapecast.v1.ServerLimit.$Shape;
        }

        namespace ServerLimit {

            /** Properties of a ServerLimit. */
            interface $Properties {

                /** ServerLimit name */
                name?: (string|null|undefined);

                /** ServerLimit values */
                values?: (number[]|null|undefined);

                /** ServerLimit list */
                list?: (boolean|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServerLimit. */
            type $Shape = tapecast.v1.ServerLimit.$Properties;
        }

        /**
         * Properties of a ServerSuccess.
         * @deprecated Use tapecast.v1.ServerSuccess.$Properties instead.
         */
        interface IServerSuccess extends tapecast.v1.ServerSuccess.$Properties {
        }

        /** Represents a ServerSuccess. */
        class ServerSuccess {

            /**
             * Constructs a new ServerSuccess.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ServerSuccess.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerSuccess action. */
            action: string;

            /** ServerSuccess idText. */
            idText?: (string|null|undefined);

            /** ServerSuccess idNumber. */
            idNumber?: (number|null|undefined);

            /** ServerSuccess msg. */
            msg: string;

            /** ServerSuccess results. */
            results: tapecast.v1.SubscriptionResult.$Properties[];

            /** ServerSuccess subscriptions. */
            subscriptions: tapecast.v1.Subscription.$Properties[];

            /** ServerSuccess hasResults. */
            hasResults: boolean;

            /** ServerSuccess hasSubscriptions. */
            hasSubscriptions: boolean;

            /** ServerSuccess limits. */
            limits: tapecast.v1.ServerLimit.$Properties[];

            /** ServerSuccess session. */
            session?: (string|null|undefined);

            /** ServerSuccess resumeToken. */
            resumeToken?: (string|null|undefined);

            /** ServerSuccess sessionResumed. */
            sessionResumed?: (boolean|null|undefined);

            /** ServerSuccess id. */
            id?: ("idText"|"idNumber");

            /**
             * Encodes the specified ServerSuccess message. Does not implicitly {@link tapecast.v1.ServerSuccess.verify|verify} messages.
             * @param message ServerSuccess message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ServerSuccess.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerSuccess message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ServerSuccess & tapecast.v1.ServerSuccess.$Shape} ServerSuccess
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ServerSuccess & tapecast.v1.ServerSuccess.$Shape;
        }

        namespace ServerSuccess {

            /** Properties of a ServerSuccess. */
            interface $Properties {

                /** ServerSuccess action */
                action?: (string|null|undefined);

                /** ServerSuccess idText */
                idText?: (string|null|undefined);

                /** ServerSuccess idNumber */
                idNumber?: (number|null|undefined);

                /** ServerSuccess msg */
                msg?: (string|null|undefined);

                /** ServerSuccess results */
                results?: (tapecast.v1.SubscriptionResult.$Properties[]|null|undefined);

                /** ServerSuccess subscriptions */
                subscriptions?: (tapecast.v1.Subscription.$Properties[]|null|undefined);

                /** ServerSuccess hasResults */
                hasResults?: (boolean|null|undefined);

                /** ServerSuccess hasSubscriptions */
                hasSubscriptions?: (boolean|null|undefined);

                /** ServerSuccess limits */
                limits?: (tapecast.v1.ServerLimit.$Properties[]|null|undefined);

                /** ServerSuccess session */
                session?: (string|null|undefined);

                /** ServerSuccess resumeToken */
                resumeToken?: (string|null|undefined);

                /** ServerSuccess sessionResumed */
                sessionResumed?: (boolean|null|undefined);

                /** ServerSuccess id */
                id?: ("idText"|"idNumber");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a ServerSuccess. */
            type $Shape = {
              action?: string|null;
              idText?: string|null;
              idNumber?: number|null;
              msg?: string|null;
              results?: tapecast.v1.SubscriptionResult.$Shape[]|null;
              subscriptions?: tapecast.v1.Subscription.$Shape[]|null;
              hasResults?: boolean|null;
              hasSubscriptions?: boolean|null;
              limits?: tapecast.v1.ServerLimit.$Shape[]|null;
              session?: string|null;
              resumeToken?: string|null;
              sessionResumed?: boolean|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ id?: undefined; idText?: null; idNumber?: null }|{ id?: "idText"; idText: string; idNumber?: null }|{ id?: "idNumber"; idText?: null; idNumber: number })
            );
        }

        /**
         * Properties of a SubscriptionResult.
         * @deprecated Use tapecast.v1.SubscriptionResult.$Properties instead.
         */
        interface ISubscriptionResult extends tapecast.v1.SubscriptionResult.$Properties {
        }

        /** Represents a SubscriptionResult. */
        class SubscriptionResult {

            /**
             * Constructs a new SubscriptionResult.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.SubscriptionResult.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SubscriptionResult symbol. */
            symbol: string;

            /** SubscriptionResult channel. */
            channel: string;

            /** SubscriptionResult ok. */
            ok: boolean;

            /** SubscriptionResult epoch. */
            epoch?: (string|null|undefined);

            /** SubscriptionResult seq. */
            seq?: (number|null|undefined);

            /** SubscriptionResult intervalMs. */
            intervalMs?: (number|null|undefined);

            /** SubscriptionResult streamNumber. */
            streamNumber?: (number|null|undefined);

            /** SubscriptionResult outcome. */
            outcome?: (string|null|undefined);

            /** SubscriptionResult from. */
            from?: (number|null|undefined);

            /** SubscriptionResult lost. */
            lost: number[];

            /** SubscriptionResult code. */
            code?: (string|null|undefined);

            /** SubscriptionResult msg. */
            msg?: (string|null|undefined);

            /**
             * Encodes the specified SubscriptionResult message. Does not implicitly {@link tapecast.v1.SubscriptionResult.verify|verify} messages.
             * @param message SubscriptionResult message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.SubscriptionResult.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SubscriptionResult message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.SubscriptionResult & tapecast.v1.SubscriptionResult.$Shape} SubscriptionResult
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.SubscriptionResult & tapecast.v1.SubscriptionResult.$Shape;
        }

        namespace SubscriptionResult {

            /** Properties of a SubscriptionResult. */
            interface $Properties {

                /** SubscriptionResult symbol */
                symbol?: (string|null|undefined);

                /** SubscriptionResult channel */
                channel?: (string|null|undefined);

                /** SubscriptionResult ok */
                ok?: (boolean|null|undefined);

                /** SubscriptionResult epoch */
                epoch?: (string|null|undefined);

                /** SubscriptionResult seq */
                seq?: (number|null|undefined);

                /** SubscriptionResult intervalMs */
                intervalMs?: (number|null|undefined);

                /** SubscriptionResult streamNumber */
                streamNumber?: (number|null|undefined);

                /** SubscriptionResult outcome */
                outcome?: (string|null|undefined);

                /** SubscriptionResult from */
                from?: (number|null|undefined);

                /** SubscriptionResult lost */
                lost?: (number[]|null|undefined);

                /** SubscriptionResult code */
                code?: (string|null|undefined);

                /** SubscriptionResult msg */
                msg?: (string|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SubscriptionResult. */
            type $Shape = tapecast.v1.SubscriptionResult.$Properties;
        }

        /**
         * Properties of a Subscription.
         * @deprecated Use tapecast.v1.Subscription.$Properties instead.
         */
        interface ISubscription extends tapecast.v1.Subscription.$Properties {
        }

        /** Represents a Subscription. */
        class Subscription {

            /**
             * Constructs a new Subscription.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.Subscription.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Subscription symbol. */
            symbol: string;

            /** Subscription channel. */
            channel: string;

            /** Subscription intervalMs. */
            intervalMs: number;

            /** Subscription epoch. */
            epoch: string;

            /** Subscription seq. */
            seq: number;

            /**
             * Encodes the specified Subscription message. Does not implicitly {@link tapecast.v1.Subscription.verify|verify} messages.
             * @param message Subscription message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.Subscription.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Subscription message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.Subscription & tapecast.v1.Subscription.$Shape} Subscription
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.Subscription & tapecast.v1.Subscription.$Shape;
        }

        namespace Subscription {

            /** Properties of a Subscription. */
            interface $Properties {

                /** Subscription symbol */
                symbol?: (string|null|undefined);

                /** Subscription channel */
                channel?: (string|null|undefined);

                /** Subscription intervalMs */
                intervalMs?: (number|null|undefined);

                /** Subscription epoch */
                epoch?: (string|null|undefined);

                /** Subscription seq */
                seq?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Subscription. */
            type $Shape = tapecast.v1.Subscription.$Properties;
        }

        /**
         * Properties of a ServerError.
         * @deprecated Use tapecast.v1.ServerError.$Properties instead.
         */
        interface IServerError extends tapecast.v1.ServerError.$Properties {
        }

        /** Represents a ServerError. */
        class ServerError {

            /**
             * Constructs a new ServerError.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ServerError.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerError action. */
            action?: (string|null|undefined);

            /** ServerError idText. */
            idText?: (string|null|undefined);

            /** ServerError idNumber. */
            idNumber?: (number|null|undefined);

            /** ServerError code. */
            code: string;

            /** ServerError msg. */
            msg: string;

            /** ServerError temporary. */
            temporary: boolean;

            /** ServerError retryAfterMs. */
            retryAfterMs?: (number|null|undefined);

            /** ServerError id. */
            id?: ("idText"|"idNumber");

            /**
             * Encodes the specified ServerError message. Does not implicitly {@link tapecast.v1.ServerError.verify|verify} messages.
             * @param message ServerError message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ServerError.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerError message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ServerError & tapecast.v1.ServerError.$Shape} ServerError
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ServerError & tapecast.v1.ServerError.$Shape;
        }

        namespace ServerError {

            /** Properties of a ServerError. */
            interface $Properties {

                /** ServerError action */
                action?: (string|null|undefined);

                /** ServerError idText */
                idText?: (string|null|undefined);

                /** ServerError idNumber */
                idNumber?: (number|null|undefined);

                /** ServerError code */
                code?: (string|null|undefined);

                /** ServerError msg */
                msg?: (string|null|undefined);

                /** ServerError temporary */
                temporary?: (boolean|null|undefined);

                /** ServerError retryAfterMs */
                retryAfterMs?: (number|null|undefined);

                /** ServerError id */
                id?: ("idText"|"idNumber");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a ServerError. */
            type $Shape = {
              action?: string|null;
              idText?: string|null;
              idNumber?: number|null;
              code?: string|null;
              msg?: string|null;
              temporary?: boolean|null;
              retryAfterMs?: number|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ id?: undefined; idText?: null; idNumber?: null }|{ id?: "idText"; idText: string; idNumber?: null }|{ id?: "idNumber"; idText?: null; idNumber: number })
            );
        }

        /**
         * Properties of a ServerPong.
         * @deprecated Use tapecast.v1.ServerPong.$Properties instead.
         */
        interface IServerPong extends tapecast.v1.ServerPong.$Properties {
        }

        /** Represents a ServerPong. */
        class ServerPong {

            /**
             * Constructs a new ServerPong.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ServerPong.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerPong idText. */
            idText?: (string|null|undefined);

            /** ServerPong idNumber. */
            idNumber?: (number|null|undefined);

            /** ServerPong serverTime. */
            serverTime: number;

            /** ServerPong id. */
            id?: ("idText"|"idNumber");

            /**
             * Encodes the specified ServerPong message. Does not implicitly {@link tapecast.v1.ServerPong.verify|verify} messages.
             * @param message ServerPong message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ServerPong.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerPong message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ServerPong & tapecast.v1.ServerPong.$Shape} ServerPong
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ServerPong & tapecast.v1.ServerPong.$Shape;
        }

        namespace ServerPong {

            /** Properties of a ServerPong. */
            interface $Properties {

                /** ServerPong idText */
                idText?: (string|null|undefined);

                /** ServerPong idNumber */
                idNumber?: (number|null|undefined);

                /** ServerPong serverTime */
                serverTime?: (number|null|undefined);

                /** ServerPong id */
                id?: ("idText"|"idNumber");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a ServerPong. */
            type $Shape = {
              idText?: string|null;
              idNumber?: number|null;
              serverTime?: number|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ id?: undefined; idText?: null; idNumber?: null }|{ id?: "idText"; idText: string; idNumber?: null }|{ id?: "idNumber"; idText?: null; idNumber: number })
            );
        }

        /**
         * Properties of a ServerHeartbeat.
         * @deprecated Use tapecast.v1.ServerHeartbeat.$Properties instead.
         */
        interface IServerHeartbeat extends tapecast.v1.ServerHeartbeat.$Properties {
        }

        /** Represents a ServerHeartbeat. */
        class ServerHeartbeat {

            /**
             * Constructs a new ServerHeartbeat.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ServerHeartbeat.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerHeartbeat n. */
            n: number;

            /** ServerHeartbeat serverTime. */
            serverTime: number;

            /**
             * Encodes the specified ServerHeartbeat message. Does not implicitly {@link tapecast.v1.ServerHeartbeat.verify|verify} messages.
             * @param message ServerHeartbeat message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ServerHeartbeat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerHeartbeat message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ServerHeartbeat & tapecast.v1.ServerHeartbeat.$Shape} ServerHeartbeat
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ServerHeartbeat & tapecast.v1.ServerHeartbeat.$Shape;
        }

        namespace ServerHeartbeat {

            /** Properties of a ServerHeartbeat. */
            interface $Properties {

                /** ServerHeartbeat n */
                n?: (number|null|undefined);

                /** ServerHeartbeat serverTime */
                serverTime?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServerHeartbeat. */
            type $Shape = tapecast.v1.ServerHeartbeat.$Properties;
        }

        /**
         * Properties of a ServerStatus.
         * @deprecated Use tapecast.v1.ServerStatus.$Properties instead.
         */
        interface IServerStatus extends tapecast.v1.ServerStatus.$Properties {
        }

        /** Represents a ServerStatus. */
        class ServerStatus {

            /**
             * Constructs a new ServerStatus.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ServerStatus.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerStatus symbol. */
            symbol: string;

            /** ServerStatus state. */
            state: tapecast.v1.MarketState;

            /** ServerStatus since. */
            since: number;

            /** ServerStatus source. */
            source: string;

            /** ServerStatus reason. */
            reason: string;

            /** ServerStatus epoch. */
            epoch?: (string|null|undefined);

            /**
             * Encodes the specified ServerStatus message. Does not implicitly {@link tapecast.v1.ServerStatus.verify|verify} messages.
             * @param message ServerStatus message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ServerStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerStatus message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ServerStatus & tapecast.v1.ServerStatus.$Shape} ServerStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ServerStatus & tapecast.v1.ServerStatus.$Shape;
        }

        namespace ServerStatus {

            /** Properties of a ServerStatus. */
            interface $Properties {

                /** ServerStatus symbol */
                symbol?: (string|null|undefined);

                /** ServerStatus state */
                state?: (tapecast.v1.MarketState|null|undefined);

                /** ServerStatus since */
                since?: (number|null|undefined);

                /** ServerStatus source */
                source?: (string|null|undefined);

                /** ServerStatus reason */
                reason?: (string|null|undefined);

                /** ServerStatus epoch */
                epoch?: (string|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServerStatus. */
            type $Shape = tapecast.v1.ServerStatus.$Properties;
        }

        /**
         * Properties of a ServerNotice.
         * @deprecated Use tapecast.v1.ServerNotice.$Properties instead.
         */
        interface IServerNotice extends tapecast.v1.ServerNotice.$Properties {
        }

        /** Represents a ServerNotice. */
        class ServerNotice {

            /**
             * Constructs a new ServerNotice.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ServerNotice.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerNotice code. */
            code: string;

            /** ServerNotice symbol. */
            symbol?: (string|null|undefined);

            /** ServerNotice channel. */
            channel?: (string|null|undefined);

            /** ServerNotice range. */
            range: number[];

            /** ServerNotice level. */
            level?: (number|null|undefined);

            /** ServerNotice intervalMs. */
            intervalMs?: (number|null|undefined);

            /** ServerNotice url. */
            url?: (string|null|undefined);

            /** ServerNotice afterMs. */
            afterMs?: (number|null|undefined);

            /** ServerNotice msg. */
            msg: string;

            /** ServerNotice epoch. */
            epoch?: (string|null|undefined);

            /**
             * Encodes the specified ServerNotice message. Does not implicitly {@link tapecast.v1.ServerNotice.verify|verify} messages.
             * @param message ServerNotice message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ServerNotice.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerNotice message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ServerNotice & tapecast.v1.ServerNotice.$Shape} ServerNotice
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ServerNotice & tapecast.v1.ServerNotice.$Shape;
        }

        namespace ServerNotice {

            /** Properties of a ServerNotice. */
            interface $Properties {

                /** ServerNotice code */
                code?: (string|null|undefined);

                /** ServerNotice symbol */
                symbol?: (string|null|undefined);

                /** ServerNotice channel */
                channel?: (string|null|undefined);

                /** ServerNotice range */
                range?: (number[]|null|undefined);

                /** ServerNotice level */
                level?: (number|null|undefined);

                /** ServerNotice intervalMs */
                intervalMs?: (number|null|undefined);

                /** ServerNotice url */
                url?: (string|null|undefined);

                /** ServerNotice afterMs */
                afterMs?: (number|null|undefined);

                /** ServerNotice msg */
                msg?: (string|null|undefined);

                /** ServerNotice epoch */
                epoch?: (string|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServerNotice. */
            type $Shape = tapecast.v1.ServerNotice.$Properties;
        }

        /**
         * Properties of a ServerTrade.
         * @deprecated Use tapecast.v1.ServerTrade.$Properties instead.
         */
        interface IServerTrade extends tapecast.v1.ServerTrade.$Properties {
        }

        /** Represents a ServerTrade. */
        class ServerTrade {

            /**
             * Constructs a new ServerTrade.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ServerTrade.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerTrade stream. */
            stream: number;

            /** ServerTrade first. */
            first: number;

            /** ServerTrade span. */
            span: number;

            /** ServerTrade priceDecimals. */
            priceDecimals: number;

            /** ServerTrade sizeDecimals. */
            sizeDecimals: number;

            /** ServerTrade timestamp. */
            timestamp: number;

            /** ServerTrade id. */
            id: string;

            /** ServerTrade price. */
            price: number;

            /** ServerTrade size. */
            size: number;

            /** ServerTrade side. */
            side: tapecast.v1.Side;

            /** ServerTrade conditions. */
            conditions: string[];

            /** ServerTrade historyNumber. */
            historyNumber?: (number|null|undefined);

            /**
             * Encodes the specified ServerTrade message. Does not implicitly {@link tapecast.v1.ServerTrade.verify|verify} messages.
             * @param message ServerTrade message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ServerTrade.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerTrade message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ServerTrade & tapecast.v1.ServerTrade.$Shape} ServerTrade
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ServerTrade & tapecast.v1.ServerTrade.$Shape;
        }

        namespace ServerTrade {

            /** Properties of a ServerTrade. */
            interface $Properties {

                /** ServerTrade stream */
                stream?: (number|null|undefined);

                /** ServerTrade first */
                first?: (number|null|undefined);

                /** ServerTrade span */
                span?: (number|null|undefined);

                /** ServerTrade priceDecimals */
                priceDecimals?: (number|null|undefined);

                /** ServerTrade sizeDecimals */
                sizeDecimals?: (number|null|undefined);

                /** ServerTrade timestamp */
                timestamp?: (number|null|undefined);

                /** ServerTrade id */
                id?: (string|null|undefined);

                /** ServerTrade price */
                price?: (number|null|undefined);

                /** ServerTrade size */
                size?: (number|null|undefined);

                /** ServerTrade side */
                side?: (tapecast.v1.Side|null|undefined);

                /** ServerTrade conditions */
                conditions?: (string[]|null|undefined);

                /** ServerTrade historyNumber */
                historyNumber?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServerTrade. */
            type $Shape = tapecast.v1.ServerTrade.$Properties;
        }

        /**
         * Properties of a ServerQuote.
         * @deprecated Use tapecast.v1.ServerQuote.$Properties instead.
         */
        interface IServerQuote extends tapecast.v1.ServerQuote.$Properties {
        }

        /** Represents a ServerQuote. */
        class ServerQuote {

            /**
             * Constructs a new ServerQuote.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ServerQuote.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerQuote stream. */
            stream: number;

            /** ServerQuote first. */
            first: number;

            /** ServerQuote span. */
            span: number;

            /** ServerQuote priceDecimals. */
            priceDecimals: number;

            /** ServerQuote sizeDecimals. */
            sizeDecimals: number;

            /** ServerQuote timestamp. */
            timestamp: number;

            /** ServerQuote last. */
            last?: (number|null|undefined);

            /** ServerQuote open. */
            open?: (number|null|undefined);

            /** ServerQuote high. */
            high?: (number|null|undefined);

            /** ServerQuote low. */
            low?: (number|null|undefined);

            /** ServerQuote prevClose. */
            prevClose?: (number|null|undefined);

            /** ServerQuote change. */
            change?: (number|null|undefined);

            /** ServerQuote changePct. */
            changePct?: (number|null|undefined);

            /** ServerQuote volume. */
            volume?: (tapecast.v1.Sum.$Properties|null|undefined);

            /** ServerQuote turnover. */
            turnover?: (tapecast.v1.Sum.$Properties|null|undefined);

            /** ServerQuote vwap. */
            vwap?: (tapecast.v1.Sum.$Properties|null|undefined);

            /** ServerQuote bid. */
            bid?: (number|null|undefined);

            /** ServerQuote bidSize. */
            bidSize?: (number|null|undefined);

            /** ServerQuote ask. */
            ask?: (number|null|undefined);

            /** ServerQuote askSize. */
            askSize?: (number|null|undefined);

            /** ServerQuote since. */
            since?: (number|null|undefined);

            /**
             * Encodes the specified ServerQuote message. Does not implicitly {@link tapecast.v1.ServerQuote.verify|verify} messages.
             * @param message ServerQuote message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ServerQuote.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerQuote message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ServerQuote & tapecast.v1.ServerQuote.$Shape} ServerQuote
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ServerQuote & tapecast.v1.ServerQuote.$Shape;
        }

        namespace ServerQuote {

            /** Properties of a ServerQuote. */
            interface $Properties {

                /** ServerQuote stream */
                stream?: (number|null|undefined);

                /** ServerQuote first */
                first?: (number|null|undefined);

                /** ServerQuote span */
                span?: (number|null|undefined);

                /** ServerQuote priceDecimals */
                priceDecimals?: (number|null|undefined);

                /** ServerQuote sizeDecimals */
                sizeDecimals?: (number|null|undefined);

                /** ServerQuote timestamp */
                timestamp?: (number|null|undefined);

                /** ServerQuote last */
                last?: (number|null|undefined);

                /** ServerQuote open */
                open?: (number|null|undefined);

                /** ServerQuote high */
                high?: (number|null|undefined);

                /** ServerQuote low */
                low?: (number|null|undefined);

                /** ServerQuote prevClose */
                prevClose?: (number|null|undefined);

                /** ServerQuote change */
                change?: (number|null|undefined);

                /** ServerQuote changePct */
                changePct?: (number|null|undefined);

                /** ServerQuote volume */
                volume?: (tapecast.v1.Sum.$Properties|null|undefined);

                /** ServerQuote turnover */
                turnover?: (tapecast.v1.Sum.$Properties|null|undefined);

                /** ServerQuote vwap */
                vwap?: (tapecast.v1.Sum.$Properties|null|undefined);

                /** ServerQuote bid */
                bid?: (number|null|undefined);

                /** ServerQuote bidSize */
                bidSize?: (number|null|undefined);

                /** ServerQuote ask */
                ask?: (number|null|undefined);

                /** ServerQuote askSize */
                askSize?: (number|null|undefined);

                /** ServerQuote since */
                since?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServerQuote. */
            type $Shape = tapecast.v1.ServerQuote.$Properties;
        }

        /**
         * Properties of a ServerDepth.
         * @deprecated Use tapecast.v1.ServerDepth.$Properties instead.
         */
        interface IServerDepth extends tapecast.v1.ServerDepth.$Properties {
        }

        /** Represents a ServerDepth. */
        class ServerDepth {

            /**
             * Constructs a new ServerDepth.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ServerDepth.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerDepth stream. */
            stream: number;

            /** ServerDepth first. */
            first: number;

            /** ServerDepth span. */
            span: number;

            /** ServerDepth priceDecimals. */
            priceDecimals: number;

            /** ServerDepth sizeDecimals. */
            sizeDecimals: number;

            /** ServerDepth timestamp. */
            timestamp: number;

            /** ServerDepth levels. */
            levels: number;

            /** ServerDepth snapshot. */
            snapshot: boolean;

            /** ServerDepth bids. */
            bids: number[];

            /** ServerDepth asks. */
            asks: number[];

            /**
             * Encodes the specified ServerDepth message. Does not implicitly {@link tapecast.v1.ServerDepth.verify|verify} messages.
             * @param message ServerDepth message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ServerDepth.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerDepth message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ServerDepth & tapecast.v1.ServerDepth.$Shape} ServerDepth
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ServerDepth & tapecast.v1.ServerDepth.$Shape;
        }

        namespace ServerDepth {

            /** Properties of a ServerDepth. */
            interface $Properties {

                /** ServerDepth stream */
                stream?: (number|null|undefined);

                /** ServerDepth first */
                first?: (number|null|undefined);

                /** ServerDepth span */
                span?: (number|null|undefined);

                /** ServerDepth priceDecimals */
                priceDecimals?: (number|null|undefined);

                /** ServerDepth sizeDecimals */
                sizeDecimals?: (number|null|undefined);

                /** ServerDepth timestamp */
                timestamp?: (number|null|undefined);

                /** ServerDepth levels */
                levels?: (number|null|undefined);

                /** ServerDepth snapshot */
                snapshot?: (boolean|null|undefined);

                /** ServerDepth bids */
                bids?: (number[]|null|undefined);

                /** ServerDepth asks */
                asks?: (number[]|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServerDepth. */
            type $Shape = tapecast.v1.ServerDepth.$Properties;
        }

        /** KlineInterval enum. */
        enum KlineInterval {

            /** KLINE_INTERVAL_UNSPECIFIED value */
            KLINE_INTERVAL_UNSPECIFIED = 0,

            /** KLINE_INTERVAL_1M value */
            KLINE_INTERVAL_1M = 1,

            /** KLINE_INTERVAL_5M value */
            KLINE_INTERVAL_5M = 2,

            /** KLINE_INTERVAL_15M value */
            KLINE_INTERVAL_15M = 3,

            /** KLINE_INTERVAL_30M value */
            KLINE_INTERVAL_30M = 4,

            /** KLINE_INTERVAL_1H value */
            KLINE_INTERVAL_1H = 5,

            /** KLINE_INTERVAL_1D value */
            KLINE_INTERVAL_1D = 6
        }

        /**
         * Properties of a ServerKline.
         * @deprecated Use tapecast.v1.ServerKline.$Properties instead.
         */
        interface IServerKline extends tapecast.v1.ServerKline.$Properties {
        }

        /** Represents a ServerKline. */
        class ServerKline {

            /**
             * Constructs a new ServerKline.
             * @param [properties] Properties to set
             */
            constructor(properties?: tapecast.v1.ServerKline.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerKline stream. */
            stream: number;

            /** ServerKline first. */
            first: number;

            /** ServerKline span. */
            span: number;

            /** ServerKline priceDecimals. */
            priceDecimals: number;

            /** ServerKline sizeDecimals. */
            sizeDecimals: number;

            /** ServerKline timestamp. */
            timestamp: number;

            /** ServerKline interval. */
            interval: tapecast.v1.KlineInterval;

            /** ServerKline start. */
            start: number;

            /** ServerKline open. */
            open: number;

            /** ServerKline high. */
            high: number;

            /** ServerKline low. */
            low: number;

            /** ServerKline close. */
            close: number;

            /** ServerKline volume. */
            volume?: (tapecast.v1.Sum.$Properties|null|undefined);

            /** ServerKline turnover. */
            turnover?: (tapecast.v1.Sum.$Properties|null|undefined);

            /** ServerKline trades. */
            trades: number;

            /** ServerKline final. */
            final: boolean;

            /** ServerKline revision. */
            revision: number;

            /**
             * Encodes the specified ServerKline message. Does not implicitly {@link tapecast.v1.ServerKline.verify|verify} messages.
             * @param message ServerKline message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tapecast.v1.ServerKline.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerKline message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tapecast.v1.ServerKline & tapecast.v1.ServerKline.$Shape} ServerKline
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tapecast.v1.ServerKline & tapecast.v1.ServerKline.$Shape;
        }

        namespace ServerKline {

            /** Properties of a ServerKline. */
            interface $Properties {

                /** ServerKline stream */
                stream?: (number|null|undefined);

                /** ServerKline first */
                first?: (number|null|undefined);

                /** ServerKline span */
                span?: (number|null|undefined);

                /** ServerKline priceDecimals */
                priceDecimals?: (number|null|undefined);

                /** ServerKline sizeDecimals */
                sizeDecimals?: (number|null|undefined);

                /** ServerKline timestamp */
                timestamp?: (number|null|undefined);

                /** ServerKline interval */
                interval?: (tapecast.v1.KlineInterval|null|undefined);

                /** ServerKline start */
                start?: (number|null|undefined);

                /** ServerKline open */
                open?: (number|null|undefined);

                /** ServerKline high */
                high?: (number|null|undefined);

                /** ServerKline low */
                low?: (number|null|undefined);

                /** ServerKline close */
                close?: (number|null|undefined);

                /** ServerKline volume */
                volume?: (tapecast.v1.Sum.$Properties|null|undefined);

                /** ServerKline turnover */
                turnover?: (tapecast.v1.Sum.$Properties|null|undefined);

                /** ServerKline trades */
                trades?: (number|null|undefined);

                /** ServerKline final */
                final?: (boolean|null|undefined);

                /** ServerKline revision */
                revision?: (number|null|undefined);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServerKline. */
            type $Shape = tapecast.v1.ServerKline.$Properties;
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
    }
}
