// Made by web/scripts/api-types.ts from the OpenAPI document. Do not edit.

export interface paths {
    "/api/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server and its stores answer */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {unknown} */
                            status: "ok";
                            version: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The account of the key
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            account: {
                                /**
                                 * @description Lower-case letters, digits and hyphens
                                 * @example aldermoor
                                 */
                                slug: string;
                                name: string;
                                /** @description Currency of the statements, ISO 4217 */
                                currency: string;
                                time_zone: string;
                                /**
                                 * @description RFC 3339, UTC
                                 * @example 2025-03-01T12:00:00.000Z
                                 */
                                created_at: string;
                            };
                            seq: number;
                        };
                    };
                };
                /** @description Problem document */
                "4XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": {
                            /** @description Reference to a description of this kind of problem */
                            type: string;
                            title: string;
                            status: number;
                            detail: string;
                            instance: string | null;
                            /** @enum {unknown} */
                            code: "invalid" | "malformed" | "unauthenticated" | "forbidden" | "not_found" | "conflict" | "too_large" | "unsupported" | "busy" | "storage" | "unavailable" | "corrupt" | "platform" | "internal" | "timeout" | "header_too_large";
                            remedy: string | null;
                            problems: {
                                /** @description Field, column or JSON pointer */
                                field?: string;
                                /** @description What stood there */
                                value?: string;
                                /** @description Row, 1 for the first row of data */
                                row?: number;
                                reason: string;
                                remedy?: string;
                            }[];
                            file?: {
                                headers: string[];
                                /** @description The first rows as they are read, cells in the order of the headers */
                                rows: string[][];
                            };
                        };
                    };
                };
                /** @description Problem document */
                "5XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": {
                            /** @description Reference to a description of this kind of problem */
                            type: string;
                            title: string;
                            status: number;
                            detail: string;
                            instance: string | null;
                            /** @enum {unknown} */
                            code: "invalid" | "malformed" | "unauthenticated" | "forbidden" | "not_found" | "conflict" | "too_large" | "unsupported" | "busy" | "storage" | "unavailable" | "corrupt" | "platform" | "internal" | "timeout" | "header_too_large";
                            remedy: string | null;
                            problems: {
                                /** @description Field, column or JSON pointer */
                                field?: string;
                                /** @description What stood there */
                                value?: string;
                                /** @description Row, 1 for the first row of data */
                                row?: number;
                                reason: string;
                                remedy?: string;
                            }[];
                            file?: {
                                headers: string[];
                                /** @description The first rows as they are read, cells in the order of the headers */
                                rows: string[][];
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The keys of the account, the revoked ones too
         * @description Takes a key of the account with the role admin.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            keys: {
                                id: string;
                                name: string;
                                /** @enum {unknown} */
                                role: "read" | "write" | "admin";
                                /**
                                 * @description RFC 3339, UTC
                                 * @example 2025-03-01T12:00:00.000Z
                                 */
                                created_at: string;
                                created_by: string;
                                revoked_at: string | null;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /**
         * Make a key
         * @description Takes a key of the account with the role admin.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description Role: read, write (default) or admin */
            requestBody: {
                content: {
                    "application/json": {
                        /** @description What the key is for */
                        name: string;
                        /** @enum {unknown} */
                        role?: "read" | "write" | "admin";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            key: {
                                id: string;
                                name: string;
                                /** @enum {unknown} */
                                role: "read" | "write" | "admin";
                                /**
                                 * @description RFC 3339, UTC
                                 * @example 2025-03-01T12:00:00.000Z
                                 */
                                created_at: string;
                                created_by: string;
                                revoked_at: string | null;
                            };
                            /** @description The key itself. It is shown this once and never again. */
                            secret: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a key
         * @description It stops working at once on this server and within a second on every other one.
         *
         *     Takes a key of the account with the role admin.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/journal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Entries, newest first unless asked otherwise, without what they state
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    order?: "newest" | "oldest";
                    /** @description Only entries of this kind */
                    kind?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            entries: {
                                /** @description Number of an entry in the journal of the account */
                                seq: number;
                                /** @example records.import */
                                kind: string;
                                /** @description Who stated it */
                                actor: string;
                                actor_name: string | null;
                                /**
                                 * @description RFC 3339, UTC
                                 * @example 2025-03-01T12:00:00.000Z
                                 */
                                recorded_at: string;
                                stream: string | null;
                                file_name: string | null;
                                evidence: string | null;
                                idempotency_key: string | null;
                                payload_hash: string;
                                previous_hash: string;
                                hash: string;
                            }[];
                            next: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/journal/at": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The last entry at a moment
         * @description Send its number as `as_of` to see the books as they stood then.
         *
         *     Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query: {
                    /**
                     * @description RFC 3339; entries recorded at this instant are counted
                     * @example 2025-03-31T23:59:59.999Z
                     */
                    time: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Null when the journal had no entry yet */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number | null;
                            recorded_at: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/journal/{seq}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One entry with what it states
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number of an entry in the journal of the account */
                    seq: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Number of an entry in the journal of the account */
                            seq: number;
                            /** @example records.import */
                            kind: string;
                            /** @description Who stated it */
                            actor: string;
                            actor_name: string | null;
                            /**
                             * @description RFC 3339, UTC
                             * @example 2025-03-01T12:00:00.000Z
                             */
                            recorded_at: string;
                            stream: string | null;
                            file_name: string | null;
                            evidence: string | null;
                            idempotency_key: string | null;
                            payload_hash: string;
                            previous_hash: string;
                            hash: string;
                            payload: unknown;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/streams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The kinds of records
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            streams: {
                                name: string;
                                /** @enum {unknown} */
                                book: "revenue" | "carbon";
                                title: string;
                                key: string[];
                                /** @description Whether columns `attributes.*` may be added */
                                attributes: boolean;
                                columns: {
                                    name: string;
                                    type: string;
                                    required: boolean;
                                    key: boolean;
                                    /** @description What may stand there, in words */
                                    takes: string;
                                    default: string | null;
                                    /** @description Other headers that mean this column */
                                    aliases: string[];
                                    description: string;
                                    example: string;
                                }[];
                                /** @description What holds between columns */
                                rules: string[];
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Imports, newest first
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            imports: {
                                /** @description Number of an entry in the journal of the account */
                                seq: number;
                                stream: string;
                                source: string;
                                file_name: string;
                                /** @description SHA-256 of the file */
                                evidence: string;
                                bytes: number;
                                /**
                                 * @description RFC 3339, UTC
                                 * @example 2025-03-01T12:00:00.000Z
                                 */
                                recorded_at: string;
                                actor: string;
                                /** @enum {unknown} */
                                state: "queued" | "loading" | "posted" | "failed";
                                progress: {
                                    stage: string;
                                    rows: number;
                                    rows_total: number | null;
                                    bytes: number;
                                    bytes_total: number | null;
                                } | null;
                                counts: {
                                    rows: number;
                                    accepted: number;
                                    rejected: number;
                                    /** @description Earlier records that these rows replace */
                                    superseded: number;
                                } | null;
                                error: string | null;
                                /** @description The first rejected rows; rejects.csv has all of them */
                                rejected: {
                                    /** @description Row in the file, 1 for the first row of data */
                                    row: number;
                                    /** @description The row as it stands in the file */
                                    cells: {
                                        [key: string]: string;
                                    };
                                    problems: {
                                        column: string;
                                        value: string;
                                        reason: string;
                                        remedy?: string;
                                    }[];
                                }[];
                            }[];
                            next: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/imports/{seq}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How an import stands
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Number of an entry in the journal of the account */
                    seq: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Number of an entry in the journal of the account */
                            seq: number;
                            stream: string;
                            source: string;
                            file_name: string;
                            /** @description SHA-256 of the file */
                            evidence: string;
                            bytes: number;
                            /**
                             * @description RFC 3339, UTC
                             * @example 2025-03-01T12:00:00.000Z
                             */
                            recorded_at: string;
                            actor: string;
                            /** @enum {unknown} */
                            state: "queued" | "loading" | "posted" | "failed";
                            progress: {
                                stage: string;
                                rows: number;
                                rows_total: number | null;
                                bytes: number;
                                bytes_total: number | null;
                            } | null;
                            counts: {
                                rows: number;
                                accepted: number;
                                rejected: number;
                                /** @description Earlier records that these rows replace */
                                superseded: number;
                            } | null;
                            error: string | null;
                            /** @description The first rejected rows; rejects.csv has all of them */
                            rejected: {
                                /** @description Row in the file, 1 for the first row of data */
                                row: number;
                                /** @description The row as it stands in the file */
                                cells: {
                                    [key: string]: string;
                                };
                                problems: {
                                    column: string;
                                    value: string;
                                    reason: string;
                                    remedy?: string;
                                }[];
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/imports/{stream}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import a file
         * @description The body is the file as it is, of any content type. Everything about how to read it is found out unless it is said. When 202 is answered the file and the entry that names it are safe; the ledger posts it now.
         *
         *     Takes a key of the account with the role write.
         */
        post: {
            parameters: {
                query?: {
                    /** @description Data source that the rows belong to */
                    source?: string;
                    /** @description Name to remember the file by */
                    file_name?: string;
                    /** @description rows: good rows go in and bad ones are reported. all: one bad row refuses the file. dry-run: only look. */
                    mode?: "rows" | "all" | "dry-run";
                    /** @description Import although the same file was imported before, after its rows were taken back, say */
                    again?: boolean;
                    format?: "csv" | "ndjson" | "json" | "xlsx" | "parquet";
                    compression?: "none" | "gzip";
                    encoding?: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
                    delimiter?: string;
                    quote?: string;
                    decimal?: "." | ",";
                    date_order?: "iso" | "dmy" | "mdy";
                    /** @description How columns of minor units are written: cents (default) 49900, or units 499.00, with no more decimals than the currency of the row has */
                    amounts?: "cents" | "units";
                    sheet?: string;
                    /**
                     * @description JSON object: header of the file to column; null leaves a header out
                     * @example {"Kunde":"customer_external_id","Notiz":null}
                     */
                    mapping?: string;
                    /** @description Use the mapping for later files of this stream and source */
                    remember_mapping?: boolean;
                };
                header?: never;
                path: {
                    stream: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description already: this file was imported before in the same way, and nothing changes
                             * @enum {unknown}
                             */
                            outcome: "stated" | "already";
                            import: {
                                /** @description Number of an entry in the journal of the account */
                                seq: number;
                                stream: string;
                                source: string;
                                file_name: string;
                                /** @description SHA-256 of the file */
                                evidence: string;
                                bytes: number;
                                /**
                                 * @description RFC 3339, UTC
                                 * @example 2025-03-01T12:00:00.000Z
                                 */
                                recorded_at: string;
                                actor: string;
                                /** @enum {unknown} */
                                state: "queued" | "loading" | "posted" | "failed";
                                progress: {
                                    stage: string;
                                    rows: number;
                                    rows_total: number | null;
                                    bytes: number;
                                    bytes_total: number | null;
                                } | null;
                                counts: {
                                    rows: number;
                                    accepted: number;
                                    rejected: number;
                                    /** @description Earlier records that these rows replace */
                                    superseded: number;
                                } | null;
                                error: string | null;
                                /** @description The first rejected rows; rejects.csv has all of them */
                                rejected: {
                                    /** @description Row in the file, 1 for the first row of data */
                                    row: number;
                                    /** @description The row as it stands in the file */
                                    cells: {
                                        [key: string]: string;
                                    };
                                    problems: {
                                        column: string;
                                        value: string;
                                        reason: string;
                                        remedy?: string;
                                    }[];
                                }[];
                            };
                            /** @description How the file was read */
                            options?: {
                                format: string;
                                compression: string;
                                encoding: string;
                                delimiter: string;
                                quote: string;
                                decimal: string;
                                date_order: string;
                                amounts: string | null;
                                sheet: string | null;
                                mapping: {
                                    [key: string]: string | null;
                                };
                            };
                            /** @description What was assumed about the file and what is odd in its header */
                            notes?: string[];
                        } | {
                            /** @enum {unknown} */
                            outcome: "dry-run";
                            counts: {
                                rows: number;
                                accepted: number;
                                rejected: number;
                                /** @description Earlier records, or rows of the file, that later ones would supersede */
                                superseded: number;
                            };
                            rejected: {
                                /** @description Row in the file, 1 for the first row of data */
                                row: number;
                                /** @description The row as it stands in the file */
                                cells: {
                                    [key: string]: string;
                                };
                                problems: {
                                    column: string;
                                    value: string;
                                    reason: string;
                                    remedy?: string;
                                }[];
                            }[];
                            /** @description Good rows that would be held back, in no total; null where the stream holds none back */
                            held: {
                                rows: number;
                                reasons: {
                                    reason: string;
                                    words: string;
                                    rows: number;
                                    /** @description Some of the activities */
                                    examples: string[];
                                }[];
                                /** @description Rows for a calculation method: it shows when they are calculated */
                                not_told: number;
                            } | null;
                            /** @description How the file was read */
                            options: {
                                format: string;
                                compression: string;
                                encoding: string;
                                delimiter: string;
                                quote: string;
                                decimal: string;
                                date_order: string;
                                amounts: string | null;
                                sheet: string | null;
                                mapping: {
                                    [key: string]: string | null;
                                };
                            };
                            /** @description What was assumed about the file and what is odd in its header */
                            notes: string[];
                            preview: {
                                headers: string[];
                                /** @description The first rows as they are read, cells in the order of the headers */
                                rows: string[][];
                            };
                        };
                    };
                };
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description already: this file was imported before in the same way, and nothing changes
                             * @enum {unknown}
                             */
                            outcome: "stated" | "already";
                            import: {
                                /** @description Number of an entry in the journal of the account */
                                seq: number;
                                stream: string;
                                source: string;
                                file_name: string;
                                /** @description SHA-256 of the file */
                                evidence: string;
                                bytes: number;
                                /**
                                 * @description RFC 3339, UTC
                                 * @example 2025-03-01T12:00:00.000Z
                                 */
                                recorded_at: string;
                                actor: string;
                                /** @enum {unknown} */
                                state: "queued" | "loading" | "posted" | "failed";
                                progress: {
                                    stage: string;
                                    rows: number;
                                    rows_total: number | null;
                                    bytes: number;
                                    bytes_total: number | null;
                                } | null;
                                counts: {
                                    rows: number;
                                    accepted: number;
                                    rejected: number;
                                    /** @description Earlier records that these rows replace */
                                    superseded: number;
                                } | null;
                                error: string | null;
                                /** @description The first rejected rows; rejects.csv has all of them */
                                rejected: {
                                    /** @description Row in the file, 1 for the first row of data */
                                    row: number;
                                    /** @description The row as it stands in the file */
                                    cells: {
                                        [key: string]: string;
                                    };
                                    problems: {
                                        column: string;
                                        value: string;
                                        reason: string;
                                        remedy?: string;
                                    }[];
                                }[];
                            };
                            /** @description How the file was read */
                            options?: {
                                format: string;
                                compression: string;
                                encoding: string;
                                delimiter: string;
                                quote: string;
                                decimal: string;
                                date_order: string;
                                amounts: string | null;
                                sheet: string | null;
                                mapping: {
                                    [key: string]: string | null;
                                };
                            };
                            /** @description What was assumed about the file and what is odd in its header */
                            notes?: string[];
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/mrr": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Monthly recurring revenue and what moved it
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description Day or month, inclusive
                     * @example 2025-01
                     */
                    from?: string;
                    /**
                     * @description Day or month, inclusive; default: the newest month in which anything moved, until today
                     * @example 2025-12
                     */
                    to?: string;
                    interval?: "day" | "week" | "month" | "quarter" | "year";
                    /** @description Default: all */
                    currency?: string;
                    /** @description Default: today */
                    until?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description start + movements = end, always */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            /**
                             * @description Calendar day
                             * @example 2025-03-01
                             */
                            from: string;
                            /**
                             * @description Calendar day
                             * @example 2025-03-01
                             */
                            to: string;
                            /** @enum {unknown} */
                            interval: "day" | "week" | "month" | "quarter" | "year";
                            /** @description Movements after this day are not counted */
                            until: string;
                            /** @description One statement per currency; amounts of different currencies are never added */
                            currencies: {
                                currency: string;
                                buckets: {
                                    bucket: string;
                                    /**
                                     * @description Calendar day
                                     * @example 2025-03-01
                                     */
                                    from: string;
                                    /**
                                     * @description Calendar day
                                     * @example 2025-03-01
                                     */
                                    to: string;
                                    start: {
                                        /** @description Whole minor units */
                                        cents: string;
                                        /**
                                         * @description An exact decimal, as text
                                         * @example 1234.50
                                         */
                                        amount: string;
                                        ref: string | null;
                                    };
                                    movements: {
                                        new_biz: {
                                            /** @description Whole minor units */
                                            cents: string;
                                            /**
                                             * @description An exact decimal, as text
                                             * @example 1234.50
                                             */
                                            amount: string;
                                            ref: string | null;
                                        };
                                        expansion: {
                                            /** @description Whole minor units */
                                            cents: string;
                                            /**
                                             * @description An exact decimal, as text
                                             * @example 1234.50
                                             */
                                            amount: string;
                                            ref: string | null;
                                        };
                                        contraction: {
                                            /** @description Whole minor units */
                                            cents: string;
                                            /**
                                             * @description An exact decimal, as text
                                             * @example 1234.50
                                             */
                                            amount: string;
                                            ref: string | null;
                                        };
                                        churn: {
                                            /** @description Whole minor units */
                                            cents: string;
                                            /**
                                             * @description An exact decimal, as text
                                             * @example 1234.50
                                             */
                                            amount: string;
                                            ref: string | null;
                                        };
                                        reactivation: {
                                            /** @description Whole minor units */
                                            cents: string;
                                            /**
                                             * @description An exact decimal, as text
                                             * @example 1234.50
                                             */
                                            amount: string;
                                            ref: string | null;
                                        };
                                        fx: {
                                            /** @description Whole minor units */
                                            cents: string;
                                            /**
                                             * @description An exact decimal, as text
                                             * @example 1234.50
                                             */
                                            amount: string;
                                            ref: string | null;
                                        };
                                    };
                                    end: {
                                        /** @description Whole minor units */
                                        cents: string;
                                        /**
                                         * @description An exact decimal, as text
                                         * @example 1234.50
                                         */
                                        amount: string;
                                        ref: string | null;
                                    };
                                    /** @description Customers at the end: who pays, or was reduced to 0 and is still subscribed */
                                    customers: number;
                                    postings: number;
                                }[];
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/inventory": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Greenhouse-gas inventory
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    from?: string;
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    to?: string;
                    /** @description Set of 100-year potentials; default: that of the methodology */
                    gwp?: "AR4" | "AR5" | "AR6";
                    /** @description Comma-separated: scope, category, method, entity, month, year, country, region, activity, factor, release, supplier, data_quality, gas */
                    group_by?: string;
                    /** @description Consolidation approach: equity share, financial or operational control; none counts everything wholly. Default: that of the methodology */
                    approach?: "none" | "equity" | "financial" | "operational";
                    /** @description Reporting parent of the approach; default: the one owner whom nobody owns */
                    parent?: string;
                    /** @description Only this entity and all that is under it */
                    under?: string;
                    /**
                     * @description Methodology, as name@version or as a name for its last version; default: the one in force
                     * @example default@1
                     */
                    methodology?: string;
                    /** @description Rows by their keys, or those with the largest CO2e first, whatever its sign */
                    order?: "keys" | "co2e";
                    /** @description Rows of a page; totals are those of all rows */
                    limit?: number;
                    /** @description Rows with their CO2e, lines and reference alone, and none of scope_2: totals are whole */
                    brief?: boolean;
                    /** @description `next` of the page before */
                    cursor?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                    /** @description Only this scope */
                    scope?: string;
                    /** @description Only this category */
                    category?: string;
                    /** @description Only this method */
                    method?: string;
                    /** @description Only this entity */
                    entity?: string;
                    /** @description Only this month */
                    month?: string;
                    /** @description Only this year */
                    year?: string;
                    /** @description Only this country */
                    country?: string;
                    /** @description Only this region */
                    region?: string;
                    /** @description Only this activity */
                    activity?: string;
                    /** @description Only this factor */
                    factor?: string;
                    /** @description Only this release */
                    release?: string;
                    /** @description Only this supplier */
                    supplier?: string;
                    /** @description Only this data_quality */
                    data_quality?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            /** @enum {unknown} */
                            gwp: "AR4" | "AR5" | "AR6";
                            from: string | null;
                            to: string | null;
                            group_by: string[];
                            rows: {
                                keys: {
                                    [key: string]: string;
                                };
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_t: string;
                                lines: number;
                                gases_kg?: {
                                    [key: string]: string;
                                };
                                other_gases_kg?: {
                                    [key: string]: string;
                                };
                                /** @description CO2e of sources that used another set of potentials and give no gases */
                                not_restatable_kg?: string;
                                not_restatable_percent?: string | null;
                                /** @description Gases for which the set has no potential; they count 0 */
                                without_potential?: string[];
                                flags?: {
                                    [key: string]: number;
                                };
                                ref: string;
                            }[];
                            /** @description Rows of all pages */
                            rows_total: number;
                            /** @description The rows that are not on this page: with them, the page foots to total and outside */
                            rest: {
                                rows: number;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_t: string;
                            };
                            next: string | null;
                            /** @description Scopes 1, 2 and 3 */
                            total: {
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_t: string;
                                gases_kg: {
                                    [key: string]: string;
                                };
                                other_gases_kg: {
                                    [key: string]: string;
                                };
                                /** @description CO2e of sources that used another set of potentials and give no gases */
                                not_restatable_kg: string;
                                not_restatable_percent: string | null;
                                /** @description Gases for which the set has no potential; they count 0 */
                                without_potential: string[];
                                lines: number;
                                flags: {
                                    [key: string]: number;
                                };
                                ref: string;
                            };
                            /** @description Beside the scopes, in no total */
                            outside: {
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_t: string;
                                gases_kg: {
                                    [key: string]: string;
                                };
                                other_gases_kg: {
                                    [key: string]: string;
                                };
                                /** @description CO2e of sources that used another set of potentials and give no gases */
                                not_restatable_kg: string;
                                not_restatable_percent: string | null;
                                /** @description Gases for which the set has no potential; they count 0 */
                                without_potential: string[];
                                lines: number;
                                flags: {
                                    [key: string]: number;
                                };
                            };
                            /** @description What is held back and therefore in no total */
                            held: {
                                reason: string;
                                words: string;
                                unit: string;
                                currency: string;
                                lines: number;
                                quantity: string | null;
                                amount: string | null;
                                ref: string | null;
                            }[];
                            boundary: {
                                /** @enum {unknown} */
                                approach: "equity" | "financial" | "operational";
                                parent: string | null;
                                /** @description What of scopes 1 to 3 the boundary leaves out, largest first */
                                excluded: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_kg: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_t: string;
                                    entities: {
                                        entity: string;
                                        reason: string;
                                        words: string;
                                        detail: string;
                                        category_hint: number | null;
                                        /** @description Shares that count; each from its day on */
                                        shares: {
                                            /**
                                             * @description Calendar day
                                             * @example 2025-03-01
                                             */
                                            from: string;
                                            /** @description A decimal, or a fraction such as 53/98 */
                                            share: string;
                                        }[];
                                        /**
                                         * @description An exact decimal, as text
                                         * @example 1234.50
                                         */
                                        co2e_kg: string;
                                        /**
                                         * @description An exact decimal, as text
                                         * @example 1234.50
                                         */
                                        co2e_t: string;
                                        lines: number;
                                    }[];
                                };
                                /** @description Entities whose scopes 1 and 2 are in scope 3, because of a lease */
                                leased: {
                                    entity: string;
                                    category: number;
                                }[];
                            } | null;
                            scope_2: {
                                methodology: string;
                                /** @description Period within which instruments and use are matched */
                                granularity: string;
                                location_based: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_kg: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_t: string;
                                    gases_kg: {
                                        [key: string]: string;
                                    };
                                    other_gases_kg: {
                                        [key: string]: string;
                                    };
                                    /** @description CO2e of sources that used another set of potentials and give no gases */
                                    not_restatable_kg: string;
                                    not_restatable_percent: string | null;
                                    /** @description Gases for which the set has no potential; they count 0 */
                                    without_potential: string[];
                                    lines: number;
                                    flags: {
                                        [key: string]: number;
                                    };
                                    /** @description For /api/explain */
                                    ref: string;
                                };
                                market_based: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_kg: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_t: string;
                                    gases_kg: {
                                        [key: string]: string;
                                    };
                                    other_gases_kg: {
                                        [key: string]: string;
                                    };
                                    /** @description CO2e of sources that used another set of potentials and give no gases */
                                    not_restatable_kg: string;
                                    not_restatable_percent: string | null;
                                    /** @description Gases for which the set has no potential; they count 0 */
                                    without_potential: string[];
                                    lines: number;
                                    flags: {
                                        [key: string]: number;
                                    };
                                    /** @description For /api/explain */
                                    ref: string;
                                };
                                total_location_based: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_kg: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_t: string;
                                    /** @description For /api/explain */
                                    ref: string;
                                };
                                total_market_based: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_kg: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_t: string;
                                    /** @description For /api/explain */
                                    ref: string;
                                };
                                /**
                                 * @description kWh, exact
                                 * @example 400000
                                 */
                                kwh: string;
                                /**
                                 * @description kWh, exact
                                 * @example 400000
                                 */
                                covered_kwh: string;
                                covered_percent: string | null;
                                /** @description The market-based figure by what its rates are due to */
                                covers: {
                                    /** @enum {unknown} */
                                    cover: "own_generation" | "certificate_bundled" | "certificate_ppa" | "certificate_unbundled" | "contract" | "supplier_rate" | "residual_mix" | "grid_average" | "not_energy" | "no_rate";
                                    words: string;
                                    /**
                                     * @description kWh, exact
                                     * @example 400000
                                     */
                                    kwh: string;
                                    percent: string | null;
                                    /**
                                     * @description kWh, exact
                                     * @example 400000
                                     */
                                    other_year_kwh: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_kg: string;
                                    lines: number;
                                    ref: string;
                                }[];
                                /** @description What a reader of the market-based figure must know */
                                notes: string[];
                                /** @description The market-based figure by the dimensions asked for, adding up to it; by gas, kWh are those of the whole group. Not in brief answers */
                                rows?: {
                                    keys: {
                                        [key: string]: string;
                                    };
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_kg: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_t: string;
                                    gases_kg: {
                                        [key: string]: string;
                                    };
                                    other_gases_kg: {
                                        [key: string]: string;
                                    };
                                    /** @description CO2e of sources that used another set of potentials and give no gases */
                                    not_restatable_kg: string;
                                    not_restatable_percent: string | null;
                                    /** @description Gases for which the set has no potential; they count 0 */
                                    without_potential: string[];
                                    lines: number;
                                    flags: {
                                        [key: string]: number;
                                    };
                                    /**
                                     * @description kWh, exact
                                     * @example 400000
                                     */
                                    kwh: string;
                                    /** @description For /api/explain */
                                    ref: string;
                                }[];
                            } | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/held": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Activities that are held back, by what they say and why
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            groups: {
                                reason: string;
                                words: string;
                                unit: string;
                                currency: string;
                                lines: number;
                                quantity: string | null;
                                amount: string | null;
                                ref: string | null;
                                detail: string;
                                activity: string;
                                country: string;
                                region: string;
                            }[];
                            /** @description Groups in all */
                            total: number;
                            next: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/warnings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is odd in the billing data
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    code?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            warnings: {
                                [key: string]: string;
                            }[];
                            total: number;
                            next: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics of recurring revenue over time
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Comma-separated: mrr, mrr_new_business, mrr_expansion, mrr_contraction, mrr_churn, mrr_reactivation, mrr_fx, committed_mrr, arr, arpa, asp, customers, new_customers, churned_customers, customer_churn_rate, mrr_churn_rate, gross_mrr_churn_rate, ltv, nrr, grr, nrr_flow, grr_flow, quick_ratio, trial_to_paid, trial_days, gross_cash_flow, net_cash_flow, failed_payments, failed_payment_count, recognised_revenue, deferred_revenue */
                    names?: string;
                    /**
                     * @description Day or month, inclusive
                     * @example 2026-01
                     */
                    from?: string;
                    /**
                     * @description Day or month, inclusive
                     * @example 2026-01
                     */
                    to?: string;
                    interval?: "day" | "week" | "month" | "quarter" | "year";
                    /** @description Default: that of the revenue settings */
                    week_start?: "monday" | "sunday";
                    /** @description ISO 4217; default: that of the revenue settings, or the account's. Currencies are never added */
                    currency?: string;
                    /**
                     * @description name~OPERATOR~value, joined by ~AND~
                     * @example country~ANY~'DE','FR'~AND~mrr~GTE~150
                     */
                    filters?: string;
                    /** @description A saved segment, by name or id; its conditions hold beside `filters` */
                    segment?: string;
                    /** @description country, state, city, owner, data_source, currency, mrr_band, customer_status, tag, plan, plan_group, billing_interval or custom.<name> */
                    partition_by?: string;
                    /** @example 2026-03-31 */
                    until?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            /**
                             * @description Calendar day
                             * @example 2025-03-01
                             */
                            from: string;
                            /**
                             * @description Calendar day
                             * @example 2025-03-01
                             */
                            to: string;
                            /** @enum {unknown} */
                            interval: "day" | "week" | "month" | "quarter" | "year";
                            currency: string;
                            time_zone: string;
                            /** @description Movements after this day are not counted */
                            until: string;
                            metrics: {
                                name: string;
                                title: string;
                                /** @description cents: minor units; count; percent; ratio */
                                unit: string;
                                /** @description How it is calculated */
                                words: string;
                            }[];
                            buckets: {
                                bucket: string;
                                /**
                                 * @description Calendar day
                                 * @example 2025-03-01
                                 */
                                from: string;
                                /**
                                 * @description Calendar day
                                 * @example 2025-03-01
                                 */
                                to: string;
                                metrics: {
                                    [key: string]: {
                                        value: string | null;
                                        /** @description Percentage change from the bucket before; 0.00 for the first one and after 0 */
                                        change: string;
                                        ref: string | null;
                                    };
                                };
                            }[];
                            /** @description What partition_by tells apart; MRR of the parts adds up to the whole */
                            parts: {
                                part: string;
                                buckets: {
                                    bucket: string;
                                    /**
                                     * @description Calendar day
                                     * @example 2025-03-01
                                     */
                                    from: string;
                                    /**
                                     * @description Calendar day
                                     * @example 2025-03-01
                                     */
                                    to: string;
                                    metrics: {
                                        [key: string]: {
                                            value: string | null;
                                            /** @description Percentage change from the bucket before; 0.00 for the first one and after 0 */
                                            change: string;
                                            ref: string | null;
                                        };
                                    };
                                }[];
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/metrics/cohorts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Cohorts by the month of the first paid subscription
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    kind?: "customers" | "mrr" | "nrr";
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    from?: string;
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    to?: string;
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    last?: string;
                    /** @description ISO 4217; default: that of the revenue settings, or the account's. Currencies are never added */
                    currency?: string;
                    /**
                     * @description name~OPERATOR~value, joined by ~AND~
                     * @example country~ANY~'DE','FR'~AND~mrr~GTE~150
                     */
                    filters?: string;
                    /** @description A saved segment, by name or id; its conditions hold beside `filters` */
                    segment?: string;
                    /** @example 2026-03-31 */
                    until?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A cohort is the customers whose first paid subscription began in the month */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            /** @enum {unknown} */
                            kind: "customers" | "mrr" | "nrr";
                            currency: string;
                            until: string;
                            cohorts: {
                                month: string;
                                /** @description Size of the cohort */
                                customers: number;
                                /** @description MRR that they began with, in minor units */
                                new_business: string;
                                cells: {
                                    month: string;
                                    percent: string | null;
                                    /** @description Paying at the end of the month */
                                    customers: number;
                                    /** @description At the end of the month, in minor units */
                                    mrr: string;
                                }[];
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/metrics/activities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What moved recurring revenue, one movement at a time
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @example 2026-03-31 */
                    from?: string;
                    /**
                     * @description Last day; default: today
                     * @example 2026-03-31
                     */
                    to?: string;
                    type?: "new_biz" | "expansion" | "contraction" | "churn" | "reactivation";
                    /** @description Default: all */
                    currency?: string;
                    customer_external_id?: string;
                    /** @description Data source of the customers; default: all, of a customer that is named: default */
                    source?: string;
                    /**
                     * @description name~OPERATOR~value, joined by ~AND~
                     * @example country~ANY~'DE','FR'~AND~mrr~GTE~150
                     */
                    filters?: string;
                    /** @description A saved segment, by name or id; its conditions hold beside `filters` */
                    segment?: string;
                    /** @description -date: newest first */
                    order?: "date" | "-date";
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            activities: {
                                id: string;
                                date: string;
                                /** @enum {unknown} */
                                type: "new_biz" | "expansion" | "contraction" | "churn" | "reactivation";
                                description: string;
                                currency: string;
                                /** @description Minor units, signed */
                                movement: string;
                                /** @description MRR of the customer after it */
                                mrr: string;
                                arr: string;
                                source: string;
                                customer_external_id: string;
                                customer_name: string;
                                subscription_external_id: string;
                                plan_external_id: string;
                                invoice_external_id: string;
                                /** @description For /api/explain */
                                ref: string;
                            }[];
                            next: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Customers with what they pay
         * @description Customers with a record of their own or with movements.
         *
         *     Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Part of a key, name, company or e-mail address */
                    q?: string;
                    /**
                     * @description name~OPERATOR~value, joined by ~AND~
                     * @example country~ANY~'DE','FR'~AND~mrr~GTE~150
                     */
                    filters?: string;
                    /** @description A saved segment, by name or id; its conditions hold beside `filters` */
                    segment?: string;
                    sort?: "mrr" | "name" | "customer_since" | "last_movement";
                    /** @description Default: desc; by name asc */
                    order?: "asc" | "desc";
                    /** @description ISO 4217; default: that of the revenue settings, or the account's. Currencies are never added */
                    currency?: string;
                    /** @example 2026-03-31 */
                    until?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            currency: string;
                            until: string;
                            total: number | null;
                            customers: {
                                source: string;
                                external_id: string;
                                name: string;
                                company: string;
                                email: string;
                                country: string;
                                owner: string;
                                /**
                                 * @description active: pays, or was reduced to 0 and is still subscribed; cancelled: paid once and is no customer any more; lead: never paid
                                 * @enum {unknown}
                                 */
                                status: "active" | "cancelled" | "lead";
                                currency: string;
                                /** @description Minor units of the currency */
                                mrr: string;
                                /** @description Keys of the plans that it pays for */
                                plans: string[];
                                customer_since: string | null;
                                last_movement: string | null;
                            }[];
                            next: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/customers/{source}/{external_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A customer: record, balances, subscriptions with every change
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @example 2026-03-31 */
                    until?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path: {
                    source: string;
                    external_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            until: string;
                            /** @description As stated; source and external_id always */
                            record: {
                                [key: string]: string | null;
                            };
                            attributes: {
                                [key: string]: string;
                            };
                            tags: string[];
                            balances: {
                                currency: string;
                                mrr: string;
                                since: string;
                                last_movement: string;
                                movements: number;
                            }[];
                            subscriptions: {
                                source: string;
                                external_id: string;
                                plan: string;
                                plan_name: string;
                                interval: string | null;
                                quantity: string;
                                currency: string;
                                /** @description Minor units; what it paid last when it is inactive */
                                mrr: string;
                                /** @enum {unknown} */
                                status: "active" | "inactive";
                                start: string;
                                /** @description When it was cancelled; otherwise the end of its last service period */
                                end: string;
                                changes: {
                                    at: string;
                                    currency: string;
                                    plan: string;
                                    mrr_before: string;
                                    mrr_after: string;
                                }[];
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/customers/{source}/{external_id}/invoices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Invoices of a customer with their lines, newest first
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                };
                header?: never;
                path: {
                    source: string;
                    external_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            invoices: {
                                external_id: string;
                                date: string;
                                due_date: string | null;
                                currency: string;
                                /** @description Minor units, sum of the lines, tax included */
                                amount: string;
                                tax: string;
                                /** @description For explanations */
                                ref: string;
                                lines: {
                                    external_id: string;
                                    type: string;
                                    subscription_external_id: string;
                                    plan_external_id: string;
                                    service_period_start: string | null;
                                    service_period_end: string | null;
                                    amount: string;
                                    tax: string | null;
                                    /** @description Why it makes no MRR although it is kept; empty: it counts */
                                    excluded: string;
                                    description: string;
                                    /** @description For /api/explain */
                                    ref: string;
                                }[];
                            }[];
                            next: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/segments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Saved segments, by name
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            segments: {
                                id: string;
                                name: string;
                                filters: string;
                                description: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /**
         * Save a segment, or give the one of that name another filter
         * @description Takes a key of the account with the role write.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        name: string;
                        /** @example country~ANY~'DE','FR'~AND~mrr~GTE~150 */
                        filters: string;
                        description?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            name: string;
                            filters: string;
                            description: string;
                        };
                    };
                };
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            name: string;
                            filters: string;
                            description: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/segments/{segment}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a segment, by name or id
         * @description Takes a key of the account with the role write.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    segment: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Activities that wait for a decision about their factor, with candidates and their effect
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Largest first by; effect = what the best candidate of a group would add to scopes 1 to 3, of the 10,000 groups with most lines */
                    order?: "effect" | "lines" | "amount" | "quantity";
                    /** @description Set of 100-year potentials */
                    gwp?: "AR4" | "AR5" | "AR6";
                    candidates?: number;
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                activity: string;
                                unit: string;
                                currency: string;
                                country: string;
                                region: string;
                                category: string;
                                reason: string;
                                words: string;
                                detail: string;
                                years: number[];
                                lines: number;
                                quantity: string | null;
                                amount: string | null;
                                candidates: {
                                    family: string;
                                    factor: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    score: string;
                                    reasons: string[];
                                    /** @description What choosing the family would add to scopes 1 to 3 */
                                    co2e_kg: string;
                                    /** @description Years that would stay held all the same */
                                    years_held: number[];
                                    /** @description Why the first of them would; empty = none would */
                                    held_words: string;
                                    /** @description For /api/explain: where co2e_kg comes from */
                                    ref: string;
                                }[];
                            }[];
                            /** @description Descriptions in all */
                            total: number;
                            next: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Emission factors in force, by text and by what they are for
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Words of the name */
                    q?: string;
                    scope?: "1" | "2" | "3" | "outside";
                    category?: number;
                    /** @description Exactly this region */
                    region?: string;
                    /** @description Unit that converts to that of the factor */
                    unit?: string;
                    /** @description Only of this release */
                    release?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            factors: {
                                id: string;
                                /** @description Its name; factors of one name differ in unit, region or validity */
                                family: string;
                                release: string;
                                scope: string;
                                category: number | null;
                                also_categories: number[];
                                method: string;
                                life_cycle_stage: string;
                                unit: string;
                                region: string;
                                valid_from: string;
                                /** @description No longer valid on this day */
                                valid_to: string;
                                /** @description Set of potentials that the source calculated with */
                                gwp_source: string;
                                co2e_source_kg: string | null;
                                /** @description kg CO2e per unit under each set; null where the set has no potential for the gas */
                                co2e_kg: {
                                    [key: string]: string | null;
                                };
                                score: string | null;
                            }[];
                            total: number;
                            next: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/factors/{factor}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One factor: gases, source, licence, and its CO2e under each set of potentials
         * @description The slashes of the id are written as %2F.
         *
         *     Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path: {
                    /** @description Id of the factor */
                    factor: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            /** @description Its name; factors of one name differ in unit, region or validity */
                            family: string;
                            release: string;
                            scope: string;
                            category: number | null;
                            also_categories: number[];
                            method: string;
                            life_cycle_stage: string;
                            unit: string;
                            region: string;
                            valid_from: string;
                            /** @description No longer valid on this day */
                            valid_to: string;
                            /** @description Set of potentials that the source calculated with */
                            gwp_source: string;
                            co2e_source_kg: string | null;
                            aliases: string[];
                            accompanies: string | null;
                            /** @description kg of each gas per unit */
                            gases_kg: {
                                [key: string]: string;
                            };
                            other_gas: string | null;
                            all_gases_kg: {
                                [key: string]: string;
                            } | null;
                            /** @description Gas masses are the published CO2e of the gas / its potential */
                            derived_from_co2e: boolean;
                            /** @description kg CO2e per unit under each set; null where the set has no potential for the gas */
                            co2e_kg: {
                                [key: string]: string | null;
                            };
                            uncertainty_percent: string | null;
                            source: {
                                table: string;
                                row: string;
                            };
                            publication: {
                                id: string;
                                title: string;
                                publisher: string;
                                year: number;
                                edition: string;
                                licence: string;
                                licence_url: string;
                                attribution: string;
                                url: string;
                                /** @description SHA-256 of the factors */
                                content_hash: string;
                            };
                            notes: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/estimate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What activities would come to: one or up to 100000 at once, without stating them
         * @description Results stand in the order of the request. Nothing is used because its text is similar, unless `threshold` says so.
         *
         *     Takes a key of the account with the role read.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        items: {
                            /** @description Name of the activity, or id of a factor */
                            activity?: string;
                            /** @description Id of the factor to use */
                            factor?: string;
                            quantity?: (string | number) | null;
                            /** @description Unit of the quantity */
                            unit?: string;
                            amount?: (string | number) | null;
                            /** @description Currency of the amount */
                            currency?: string;
                            /**
                             * @description Day, YYYY-MM-DD; its year decides the factor
                             * @example 2025-03-01
                             */
                            date: string;
                            /** @description ISO 3166-1 alpha-2 */
                            country?: string;
                            /** @description State or grid subregion */
                            region?: string;
                            /** @description Scope-3 category */
                            category?: string;
                            /** @description Calculation method, see /api/carbon/methods; its inputs are attributes */
                            method?: string;
                            attributes?: {
                                [key: string]: string;
                            };
                            /** @description Supplier, for rules that ask for it */
                            supplier?: string;
                            /** @description Entity, for rules that ask for it */
                            entity?: string;
                            /** @description Data quality, for rules that ask for it */
                            data_quality?: string;
                        }[];
                        /**
                         * @description Set of 100-year potentials
                         * @default AR5
                         * @enum {unknown}
                         */
                        gwp?: "AR4" | "AR5" | "AR6";
                        /** @description Default 3 */
                        candidates?: number;
                        /** @description Score from which the best candidate is used; without it none is */
                        threshold?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Entry as of which factors and decisions count */
                            seq: number;
                            /**
                             * @description Set of 100-year potentials
                             * @default AR5
                             * @enum {unknown}
                             */
                            gwp: "AR4" | "AR5" | "AR6";
                            counts: {
                                estimated: number;
                                held: number;
                                invalid: number;
                            };
                            factors: {
                                [key: string]: {
                                    id: string;
                                    /** @description Its name; factors of one name differ in unit, region or validity */
                                    family: string;
                                    release: string;
                                    scope: string;
                                    category: number | null;
                                    also_categories: number[];
                                    method: string;
                                    life_cycle_stage: string;
                                    unit: string;
                                    region: string;
                                    valid_from: string;
                                    /** @description No longer valid on this day */
                                    valid_to: string;
                                    /** @description Set of potentials that the source calculated with */
                                    gwp_source: string;
                                    co2e_source_kg: string | null;
                                };
                            };
                            results: ({
                                /** @enum {string} */
                                outcome: "estimated";
                                /** @description Scopes 1 to 3 together, exact */
                                co2e_kg: string;
                                /** @description name, line, text, or the id of the decision or rule */
                                chosen_by: string;
                                score: string | null;
                                lines: {
                                    /** @description See `factors` */
                                    factor: string;
                                    scope: string;
                                    category: number | null;
                                    method: string;
                                    /** @enum {unknown} */
                                    basis: "quantity" | "spend";
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_kg: string;
                                    /** @description Gases that are not zero */
                                    gases_kg: {
                                        [key: string]: string;
                                    };
                                    other_gas: string | null;
                                    /** @description Fallbacks and whatever else a reader must know */
                                    flags: string[];
                                }[];
                            } | {
                                /** @enum {string} */
                                outcome: "held";
                                reason: string;
                                words: string;
                                detail: string;
                                candidates: {
                                    family: string;
                                    factor: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    score: string;
                                    reasons: string[];
                                }[] | null;
                            } | {
                                /** @enum {string} */
                                outcome: "invalid";
                                field: string;
                                reason: string;
                            })[];
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Decisions in force
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description In force, in the order in which they were stated */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            choices: {
                                id: string;
                                /** @enum {unknown} */
                                kind: "decision" | "rule";
                                rule: string | null;
                                when: {
                                    field: string;
                                    op: string;
                                    values: string[];
                                }[];
                                factor: string | null;
                                family: string | null;
                                left_out: boolean;
                                reason: string;
                                priority: number;
                                first_year: number | null;
                                last_year: number | null;
                                /** @description Who stated it */
                                actor: string;
                                /**
                                 * @description RFC 3339, UTC
                                 * @example 2025-03-01T12:00:00.000Z
                                 */
                                recorded_at: string;
                            }[];
                            total: number;
                            next: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        /**
         * Decide on the factors of activities, many at once; or see first what that would do
         * @description Takes a key of the account with the role write.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same request with the same key is done once; another request with it is refused with 409 */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        decisions: {
                            /** @description The activity as it is stated */
                            activity: string;
                            /** @description Only with this unit; any when absent */
                            unit?: string;
                            /** @description Only with this currency; any when absent */
                            currency?: string;
                            /** @description Only with this country; any when absent */
                            country?: string;
                            /** @description Only with this region; any when absent */
                            region?: string;
                            /** @description Only with this category; any when absent */
                            category?: string;
                            factor?: string | null;
                            /** @description Name of the factors to use: place, unit and year decide among them */
                            family?: string;
                            /** @description Why */
                            reason?: string;
                        }[];
                        /** @description Only say what it would do to the totals */
                        preview?: boolean;
                        /**
                         * @description Set of 100-year potentials
                         * @default AR5
                         * @enum {unknown}
                         */
                        gwp?: "AR4" | "AR5" | "AR6";
                    };
                };
            };
            responses: {
                /** @description What would happen; nothing is stated */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {boolean} */
                            preview: true;
                            /** @description Entry as of which the effect is calculated */
                            seq: number;
                            /**
                             * @description Set of 100-year potentials
                             * @default AR5
                             * @enum {unknown}
                             */
                            gwp: "AR4" | "AR5" | "AR6";
                            /** @description Descriptions by year that are decided otherwise than now */
                            descriptors: number;
                            lines: number;
                            /**
                             * @description An exact decimal, as text
                             * @example 1234.50
                             */
                            before_kg: string;
                            /**
                             * @description An exact decimal, as text
                             * @example 1234.50
                             */
                            after_kg: string;
                            /**
                             * @description An exact decimal, as text
                             * @example 1234.50
                             */
                            change_kg: string;
                            choices: {
                                lines: number;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                change_kg: string;
                            }[];
                            held_lines: number;
                            still_held: {
                                activity: string;
                                year: number;
                                reason: string;
                                detail: string;
                                lines: number;
                            }[];
                            /** @description Lines not in the figures: amount and quantity change places, or a day has no rate */
                            other_basis_lines: number;
                        };
                    };
                };
                /** @description The journal entry that holds what was stated */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Number of an entry in the journal of the account */
                            seq: number;
                            /** @description Hash of the entry; it covers all entries before it */
                            hash: string;
                            /**
                             * @description RFC 3339, UTC
                             * @example 2025-03-01T12:00:00.000Z
                             */
                            recorded_at: string;
                            /** @description Rows of the request */
                            rows: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/decisions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a decision back
         * @description What it decided is matched again without it. It stays readable as of earlier entries.
         *
         *     Takes a key of the account with the role write.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The journal entry that holds what was stated */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Number of an entry in the journal of the account */
                            seq: number;
                            /** @description Hash of the entry; it covers all entries before it */
                            hash: string;
                            /**
                             * @description RFC 3339, UTC
                             * @example 2025-03-01T12:00:00.000Z
                             */
                            recorded_at: string;
                            /** @description Rows of the request */
                            rows: number;
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/lines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The lines of an inventory, one per activity, month and factor
         * @description Everything counts wholly: consolidation is applied to sums.
         *
         *     Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    from?: string;
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    to?: string;
                    /** @description Set of 100-year potentials */
                    gwp?: "AR4" | "AR5" | "AR6";
                    /** @description Largest by CO2e as published */
                    order?: "largest" | "newest";
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                    /** @description Only this scope */
                    scope?: string;
                    /** @description Only this category */
                    category?: string;
                    /** @description Only this method */
                    method?: string;
                    /** @description Only this entity */
                    entity?: string;
                    /** @description Only this month */
                    month?: string;
                    /** @description Only this year */
                    year?: string;
                    /** @description Only this country */
                    country?: string;
                    /** @description Only this region */
                    region?: string;
                    /** @description Only this activity */
                    activity?: string;
                    /** @description Only this factor */
                    factor?: string;
                    /** @description Only this release */
                    release?: string;
                    /** @description Only this supplier */
                    supplier?: string;
                    /** @description Only this data_quality */
                    data_quality?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            lines: {
                                /** @description For /api/explain */
                                ref: string;
                                /** @description Data source */
                                source: string;
                                /** @description Key of the activity */
                                external_id: string;
                                activity: string;
                                entity: string;
                                /** @description Month into which this part of the activity falls */
                                month: string;
                                start_date: string;
                                end_date: string;
                                /**
                                 * @description What of the activity this line is calculated from
                                 * @example 1200
                                 */
                                used: string;
                                /** @description Unit of it; the currency where it is calculated from spend */
                                unit: string;
                                country: string;
                                supplier: string;
                                data_quality: string;
                                /** @description 1, 2, 3 or outside */
                                scope: string;
                                category: number | null;
                                method: string;
                                factor: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                /** @description What a reader must know */
                                notes: string[];
                            }[];
                            next: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/checks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All checks of the activity data, counted
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    from?: string;
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    to?: string;
                    /** @description Consolidation approach: equity share, financial or operational control; none counts everything wholly. Default: that of the methodology */
                    approach?: "none" | "equity" | "financial" | "operational";
                    /** @description Reporting parent of the approach; default: the one owner whom nobody owns */
                    parent?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            missing_months: number;
                            partial_months: number;
                            entities_without_energy: number;
                            gaps_and_overlaps: number;
                            intensity_outliers: number;
                            unit_outliers: number;
                            /** @description Groups of activities that may be one */
                            duplicates: number;
                            negatives: number;
                            categories_without_reason: number;
                            estimated_percent: string | null;
                            primary_percent: string | null;
                            scope_3_primary_percent: string | null;
                            score: string | null;
                            /** @description Count -> what it has counted, for /api/explain; the shares have theirs in /quality */
                            refs: {
                                [key: string]: string;
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/checks/completeness": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which entity lacks which month of which energy
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    from?: string;
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    to?: string;
                    limit?: number;
                    /** @description Rows before the page */
                    offset?: number;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            months: string[];
                            rows: {
                                entity: string;
                                activity: string;
                                scope: number;
                                cells: {
                                    /**
                                     * @description Month, inclusive
                                     * @example 2025-01
                                     */
                                    month: string;
                                    /**
                                     * @description outside: the entity had not opened or had closed
                                     * @enum {unknown}
                                     */
                                    state: "complete" | "partial" | "missing" | "outside";
                                    days: number;
                                    ref: string | null;
                                }[];
                                missing: number;
                                partial: number;
                            }[];
                            /** @description Rows of all pages; the counts are of all of them too */
                            total: number;
                            /** @description Sites and assets without any energy in these months */
                            entities_without: string[];
                            missing: number;
                            partial: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/checks/outliers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Months whose emissions are far from the history of their entity or from its peers
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    from?: string;
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    to?: string;
                    /** @description Consolidation approach: equity share, financial or operational control; none counts everything wholly. Default: that of the methodology */
                    approach?: "none" | "equity" | "financial" | "operational";
                    /** @description Reporting parent of the approach; default: the one owner whom nobody owns */
                    parent?: string;
                    /** @description Named is what is this many times above or below the median */
                    times?: string;
                    limit?: number;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            findings: {
                                /** @enum {unknown} */
                                against: "history" | "peers";
                                entity: string;
                                /**
                                 * @description Month, inclusive
                                 * @example 2025-01
                                 */
                                month: string;
                                scope: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                /** @description kg CO2e; against peers kg CO2e per square metre */
                                value: string;
                                median: string;
                                times: string;
                                /** @description For /api/explain */
                                ref: string;
                            }[];
                            /** @description Findings in all */
                            total: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/checks/periods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Gaps and overlaps between the periods of one meter
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    from?: string;
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    to?: string;
                    limit?: number;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            findings: {
                                /** @enum {unknown} */
                                kind: "gap" | "overlap";
                                entity: string;
                                activity: string;
                                supplier: string;
                                meter: string;
                                /**
                                 * @description Calendar day
                                 * @example 2025-03-01
                                 */
                                from: string;
                                /**
                                 * @description Calendar day
                                 * @example 2025-03-01
                                 */
                                to: string;
                                /** @description Key of the activity before */
                                before: string;
                                /** @description Key of the activity after */
                                after: string;
                                /**
                                 * @description The record, for /api/explain
                                 * @example record/activities/12.7
                                 */
                                before_ref: string;
                                /**
                                 * @description The record, for /api/explain
                                 * @example record/activities/12.7
                                 */
                                after_ref: string;
                            }[];
                            /** @description Findings in all */
                            total: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/checks/duplicates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Activities that may have been stated twice
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            findings: {
                                entity: string;
                                activity: string;
                                supplier: string;
                                document: string;
                                quantity: string;
                                unit: string;
                                amount: string;
                                currency: string;
                                /**
                                 * @description Calendar day
                                 * @example 2025-03-01
                                 */
                                start_date: string;
                                /**
                                 * @description Calendar day
                                 * @example 2025-03-01
                                 */
                                end_date: string;
                                external_ids: string[];
                                refs: string[];
                                count: number;
                            }[];
                            /** @description Findings in all */
                            total: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/checks/negatives": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Negative quantities and amounts
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            findings: {
                                external_id: string;
                                entity: string;
                                activity: string;
                                quantity: string;
                                unit: string;
                                amount: string;
                                currency: string;
                                /**
                                 * @description Calendar day
                                 * @example 2025-03-01
                                 */
                                start_date: string;
                                /**
                                 * @description Calendar day
                                 * @example 2025-03-01
                                 */
                                end_date: string;
                                supplier: string;
                                words: string;
                                /**
                                 * @description The record, for /api/explain
                                 * @example record/activities/12.7
                                 */
                                ref: string;
                            }[];
                            /** @description Findings in all */
                            total: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/checks/units": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Quantities so far from their like that the unit may be wrong
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            findings: {
                                external_id: string;
                                entity: string;
                                activity: string;
                                quantity: string;
                                unit: string;
                                amount: string;
                                currency: string;
                                /**
                                 * @description Calendar day
                                 * @example 2025-03-01
                                 */
                                start_date: string;
                                /**
                                 * @description Calendar day
                                 * @example 2025-03-01
                                 */
                                end_date: string;
                                supplier: string;
                                words: string;
                                /**
                                 * @description The record, for /api/explain
                                 * @example record/activities/12.7
                                 */
                                ref: string;
                            }[];
                            /** @description Findings in all */
                            total: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/checks/quality": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Data quality by emissions, share of estimates and of primary data
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    from?: string;
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    to?: string;
                    /** @description Consolidation approach: equity share, financial or operational control; none counts everything wholly. Default: that of the methodology */
                    approach?: "none" | "equity" | "financial" | "operational";
                    /** @description Reporting parent of the approach; default: the one owner whom nobody owns */
                    parent?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description An exact decimal, as text
                             * @example 1234.50
                             */
                            total_kg: string;
                            shares: {
                                data_quality: string;
                                /** @enum {unknown} */
                                kind: "primary" | "estimate" | "score" | "other" | "not_stated";
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                percent: string | null;
                                lines: number;
                                /** @description For /api/explain */
                                ref: string;
                            }[];
                            /** @description By scope and category */
                            by_category: {
                                scope: string;
                                /** @description Empty where scopes 1 and 2 have none */
                                category: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                primary_percent: string | null;
                                estimated_percent: string | null;
                                /** @description For /api/explain */
                                ref: string;
                            }[];
                            estimated_percent: string | null;
                            primary_percent: string | null;
                            scope_3_primary_percent: string | null;
                            score: string | null;
                            scored_percent: string | null;
                            /** @description Data quality of financed emissions (PCAF), whatever the boundary */
                            financed: {
                                currency: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                outstanding: string;
                                scored_percent: string | null;
                                score: string | null;
                                /** @description The financed emissions, for /api/explain */
                                ref: string;
                            }[];
                            /** @description Share of primary data by spend: of the amounts that are stated, in each currency */
                            spend: {
                                currency: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                amount: string;
                                primary_percent: string | null;
                                /** @description For /api/explain */
                                ref: string;
                            }[];
                            /** @description What is of these qualities */
                            refs: {
                                total: string | null;
                                estimated: string | null;
                                primary: string | null;
                                scope_3_primary: string | null;
                                scored: string | null;
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/checks/screening": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The 15 categories of scope 3: figures, or the reason why there are none
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    from?: string;
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    to?: string;
                    /** @description Consolidation approach: equity share, financial or operational control; none counts everything wholly. Default: that of the methodology */
                    approach?: "none" | "equity" | "financial" | "operational";
                    /** @description Reporting parent of the approach; default: the one owner whom nobody owns */
                    parent?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            categories: {
                                category: number;
                                name: string;
                                /** @enum {unknown} */
                                status: "relevant" | "not_applicable" | "not_material" | "no_data" | "not_screened";
                                reason: string;
                                estimate_t: string | null;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_t: string;
                                lines: number;
                                ref: string | null;
                                /** @description What does not go together */
                                problem: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/uncertainty": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far the inventory may be from the truth: 95 % intervals by scope and category, and data quality
         * @description Factors err in all their lines together, quantities each by itself. approach_1 is error propagation, lognormal adds by Fenton and Wilkinson, monte_carlo draws from a seed.
         *
         *     Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    from?: string;
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    to?: string;
                    method?: "approach_1" | "lognormal" | "monte_carlo";
                    /** @description Default: that of the methodology */
                    gwp?: "AR4" | "AR5" | "AR6";
                    approach?: "none" | "equity" | "financial" | "operational";
                    parent?: string;
                    /** @description Only this entity and all that is under it */
                    under?: string;
                    seed?: number;
                    draws?: number;
                    /**
                     * @description Methodology, as name@version or as a name for its last version; default: the one in force
                     * @example default@1
                     */
                    methodology?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            from: string | null;
                            to: string | null;
                            gwp: string;
                            methodology: string;
                            /** @enum {unknown} */
                            method: "approach_1" | "lognormal" | "monte_carlo";
                            seed: number | null;
                            draws: number | null;
                            total: {
                                /** @description Empty for the total */
                                scope: string;
                                category: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                low_kg: string | null;
                                high_kg: string | null;
                                percent: string | null;
                                mean_kg: string | null;
                                median_kg: string | null;
                                quality_score: string | null;
                                quality_known_percent: string | null;
                                /** @description For /api/explain */
                                ref: string;
                            };
                            /** @description By scope and category */
                            parts: {
                                /** @description Empty for the total */
                                scope: string;
                                category: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                low_kg: string | null;
                                high_kg: string | null;
                                percent: string | null;
                                mean_kg: string | null;
                                median_kg: string | null;
                                quality_score: string | null;
                                quality_known_percent: string | null;
                                /** @description For /api/explain */
                                ref: string;
                            }[];
                            /** @description Factors that contribute most */
                            factors: {
                                factor: string;
                                name: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                /**
                                 * @description To three decimals
                                 * @example 12.345
                                 */
                                percent: string;
                                /** @description Its uncertainty is stated; otherwise it follows from the pedigree */
                                stated: boolean;
                                /** @description Its share of the variance of the total */
                                variance_percent: string;
                                /** @description What the factor gives in this inventory, for /api/explain */
                                ref: string;
                            }[];
                            notes: string[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Settings of the revenue book
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            settings: {
                                name: string;
                                title: string;
                                /** @description What it decides */
                                words: string;
                                /** @description Whether data sources may have it otherwise */
                                per_source: boolean;
                                choices: string[] | null;
                                /** @description As the setting takes it; null: the default */
                                default: unknown;
                                /** @description What holds */
                                value: unknown;
                                /** @description Whether somebody stated it */
                                stated: boolean;
                            }[];
                            sources: {
                                source: string;
                                /**
                                 * @description Value by name of the setting; null is the default again
                                 * @example {
                                 *       "churn_recognition": "end_of_service_period",
                                 *       "currency": "EUR"
                                 *     }
                                 */
                                settings: {
                                    [key: string]: unknown;
                                };
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /**
         * Change settings of the revenue book
         * @description An entry of the journal. Everything is derived anew and the differences are posted with it; until they are, figures can be asked for as of the entry before.
         *
         *     Takes a key of the account with the role admin.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description Without a source: of the account */
            requestBody: {
                content: {
                    "application/json": {
                        source?: string | null;
                        /**
                         * @description Value by name of the setting; null is the default again
                         * @example {
                         *       "churn_recognition": "end_of_service_period",
                         *       "currency": "EUR"
                         *     }
                         */
                        settings: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/what-if/revenue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The MRR statement under other settings, beside the one that stands
         * @description Nothing is stated. The whole book is derived by the settings tried, which takes as long as to change them.
         *
         *     Takes a key of the account with the role write.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description Value by name of the setting; null is the default again
                         * @example {
                         *       "churn_recognition": "end_of_service_period",
                         *       "currency": "EUR"
                         *     }
                         */
                        settings: {
                            [key: string]: unknown;
                        };
                        source?: string | null;
                        from?: string;
                        to?: string;
                        /** @enum {unknown} */
                        interval?: "day" | "week" | "month" | "quarter" | "year";
                        currency?: string;
                        /** @description Answer as of this journal entry; default: the last */
                        as_of?: number;
                    };
                };
            };
            responses: {
                /** @description The statement as it stands, as it would be, and the difference, figure by figure */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            /**
                             * @description Calendar day
                             * @example 2025-03-01
                             */
                            from: string;
                            /**
                             * @description Calendar day
                             * @example 2025-03-01
                             */
                            to: string;
                            /**
                             * @description Calendar day
                             * @example 2025-03-01
                             */
                            until: string;
                            currencies: {
                                currency: string;
                                buckets: {
                                    bucket: string;
                                    start: {
                                        present: {
                                            cents: string;
                                            amount: string;
                                        };
                                        tried: {
                                            cents: string;
                                            amount: string;
                                        };
                                        difference: {
                                            cents: string;
                                            amount: string;
                                        };
                                    };
                                    movements: {
                                        new_biz: {
                                            present: {
                                                cents: string;
                                                amount: string;
                                            };
                                            tried: {
                                                cents: string;
                                                amount: string;
                                            };
                                            difference: {
                                                cents: string;
                                                amount: string;
                                            };
                                        };
                                        expansion: {
                                            present: {
                                                cents: string;
                                                amount: string;
                                            };
                                            tried: {
                                                cents: string;
                                                amount: string;
                                            };
                                            difference: {
                                                cents: string;
                                                amount: string;
                                            };
                                        };
                                        contraction: {
                                            present: {
                                                cents: string;
                                                amount: string;
                                            };
                                            tried: {
                                                cents: string;
                                                amount: string;
                                            };
                                            difference: {
                                                cents: string;
                                                amount: string;
                                            };
                                        };
                                        churn: {
                                            present: {
                                                cents: string;
                                                amount: string;
                                            };
                                            tried: {
                                                cents: string;
                                                amount: string;
                                            };
                                            difference: {
                                                cents: string;
                                                amount: string;
                                            };
                                        };
                                        reactivation: {
                                            present: {
                                                cents: string;
                                                amount: string;
                                            };
                                            tried: {
                                                cents: string;
                                                amount: string;
                                            };
                                            difference: {
                                                cents: string;
                                                amount: string;
                                            };
                                        };
                                        fx: {
                                            present: {
                                                cents: string;
                                                amount: string;
                                            };
                                            tried: {
                                                cents: string;
                                                amount: string;
                                            };
                                            difference: {
                                                cents: string;
                                                amount: string;
                                            };
                                        };
                                    };
                                    end: {
                                        present: {
                                            cents: string;
                                            amount: string;
                                        };
                                        tried: {
                                            cents: string;
                                            amount: string;
                                        };
                                        difference: {
                                            cents: string;
                                            amount: string;
                                        };
                                    };
                                    customers: {
                                        present: number;
                                        tried: number;
                                        difference: number;
                                    };
                                }[];
                            }[];
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/methodologies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Methodologies: every version that was stated, and which is in force
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            /**
                             * @description name@version, or a name for its last version
                             * @example group-2025@2
                             */
                            in_force: string;
                            methodologies: {
                                /**
                                 * @description name@version, or a name for its last version
                                 * @example group-2025@2
                                 */
                                id: string;
                                name: string;
                                version: number;
                                in_force: boolean;
                                seq: number | null;
                                actor: string | null;
                                recorded_at: string | null;
                                /** @description All of them */
                                parameters: {
                                    /**
                                     * @description Set of 100-year potentials
                                     * @enum {unknown}
                                     */
                                    gwp?: "AR4" | "AR5" | "AR6";
                                    /**
                                     * @description Consolidation approach; none: everything counts wholly
                                     * @enum {unknown}
                                     */
                                    approach?: "none" | "equity" | "financial" | "operational";
                                    /** @description Entity that reports */
                                    parent?: string;
                                    releases?: string[] | null;
                                    /**
                                     * @description Which year's factor stands in where the activity's year has none
                                     * @enum {unknown}
                                     */
                                    time?: "nearest" | "latest_not_later" | "exact" | "publication_year";
                                    /** @description Years between activity and factor */
                                    gap_years_max?: number;
                                    geography?: {
                                        /** @description A factor for the world may stand in */
                                        world?: boolean;
                                        /** @description Another country's may, where no grid is concerned */
                                        other_countries?: boolean;
                                        /** @description Without a country, the only region there is */
                                        assume_only?: boolean;
                                    };
                                    /** @enum {unknown} */
                                    radiative_forcing?: "as_stated" | "included" | "excluded";
                                    /** @description Meaning of ambiguous names of units */
                                    units?: {
                                        [key: string]: string;
                                    };
                                    threshold?: string | null;
                                    /** @enum {unknown} */
                                    fx?: "transaction_date" | "year_average";
                                    /** @description Bring spend to the price year of the factor */
                                    deflate?: boolean;
                                    /**
                                     * @description Which potential methane takes
                                     * @enum {unknown}
                                     */
                                    methane?: "by_source" | "all_non_fossil" | "all_fossil";
                                    scope2?: {
                                        /**
                                         * @description Period within which instruments and use are matched; hour is not offered
                                         * @enum {unknown}
                                         */
                                        granularity?: "year" | "month" | "hour";
                                        vintage_months_before?: number;
                                        vintage_months_after?: number;
                                        /** @description Markets of several countries */
                                        markets?: {
                                            [key: string]: string[];
                                        };
                                    };
                                    oxidation?: string;
                                    carbon_to_co2?: string;
                                    net_gross?: {
                                        gas?: string;
                                        liquid?: string;
                                        coal?: string;
                                    };
                                };
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /**
         * State a version of a methodology; or see first what adopting it would do
         * @description A version never changes: stating the name again makes the next one. Stating alone changes no figure.
         *
         *     Takes a key of the account with the role write.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same request with the same key is done once; another request with it is refused with 409 */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @example group-2025 */
                        name: string;
                        /** @description Those that are given; the others are as in default@1 */
                        parameters: {
                            /**
                             * @description Set of 100-year potentials
                             * @enum {unknown}
                             */
                            gwp?: "AR4" | "AR5" | "AR6";
                            /**
                             * @description Consolidation approach; none: everything counts wholly
                             * @enum {unknown}
                             */
                            approach?: "none" | "equity" | "financial" | "operational";
                            /** @description Entity that reports */
                            parent?: string;
                            releases?: string[] | null;
                            /**
                             * @description Which year's factor stands in where the activity's year has none
                             * @enum {unknown}
                             */
                            time?: "nearest" | "latest_not_later" | "exact" | "publication_year";
                            /** @description Years between activity and factor */
                            gap_years_max?: number;
                            geography?: {
                                /** @description A factor for the world may stand in */
                                world?: boolean;
                                /** @description Another country's may, where no grid is concerned */
                                other_countries?: boolean;
                                /** @description Without a country, the only region there is */
                                assume_only?: boolean;
                            };
                            /** @enum {unknown} */
                            radiative_forcing?: "as_stated" | "included" | "excluded";
                            /** @description Meaning of ambiguous names of units */
                            units?: {
                                [key: string]: string;
                            };
                            threshold?: string | null;
                            /** @enum {unknown} */
                            fx?: "transaction_date" | "year_average";
                            /** @description Bring spend to the price year of the factor */
                            deflate?: boolean;
                            /**
                             * @description Which potential methane takes
                             * @enum {unknown}
                             */
                            methane?: "by_source" | "all_non_fossil" | "all_fossil";
                            scope2?: {
                                /**
                                 * @description Period within which instruments and use are matched; hour is not offered
                                 * @enum {unknown}
                                 */
                                granularity?: "year" | "month" | "hour";
                                vintage_months_before?: number;
                                vintage_months_after?: number;
                                /** @description Markets of several countries */
                                markets?: {
                                    [key: string]: string[];
                                };
                            };
                            oxidation?: string;
                            carbon_to_co2?: string;
                            net_gross?: {
                                gas?: string;
                                liquid?: string;
                                coal?: string;
                            };
                        };
                        /** @description Only say what it would do to the inventory */
                        preview?: boolean;
                        /**
                         * @description Month, inclusive
                         * @example 2025-01
                         */
                        from?: string;
                        /**
                         * @description Month, inclusive
                         * @example 2025-01
                         */
                        to?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            before: {
                                seq: number;
                                from: string | null;
                                to: string | null;
                                methodology: string;
                                gwp: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                scope_2_market_kg: string | null;
                                scope_2_market_ref: string | null;
                                held_lines: number | null;
                                /** @description Lines left as they are posted, because what would be multiplied is in no posted sum */
                                as_posted_lines: number;
                            };
                            after: {
                                seq: number;
                                from: string | null;
                                to: string | null;
                                methodology: string;
                                gwp: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                scope_2_market_kg: string | null;
                                scope_2_market_ref: string | null;
                                held_lines: number | null;
                                /** @description Lines left as they are posted, because what would be multiplied is in no posted sum */
                                as_posted_lines: number;
                            };
                            /**
                             * @description An exact decimal, as text
                             * @example 1234.50
                             */
                            change_kg: string;
                            change_percent: string | null;
                            /** @description kg CO2e by cause; they add up to the change */
                            effects: {
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                activity: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                factor: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                structure: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                method: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                scope_of_data: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                gwp: string;
                            };
                            refs: {
                                before: string | null;
                                /** @description For /api/explain */
                                after: string;
                                /** @description For /api/explain */
                                change: string;
                                /** @description null: the cause has no effect */
                                effects: {
                                    activity: string | null;
                                    factor: string | null;
                                    structure: string | null;
                                    method: string | null;
                                    scope_of_data: string | null;
                                    gwp: string | null;
                                };
                            };
                            /** @description What each cause means */
                            words: {
                                [key: string]: string;
                            };
                            by_category: {
                                scope: string;
                                category: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                before_kg: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                after_kg: string;
                                /** @description kg CO2e by cause; they add up to the change */
                                effects: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    activity: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    factor: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    structure: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    method: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    scope_of_data: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    gwp: string;
                                };
                                refs: {
                                    before: string | null;
                                    /** @description For /api/explain */
                                    after: string;
                                    /** @description For /api/explain */
                                    change: string;
                                    /** @description null: the cause has no effect */
                                    effects: {
                                        activity: string | null;
                                        factor: string | null;
                                        structure: string | null;
                                        method: string | null;
                                        scope_of_data: string | null;
                                        gwp: string | null;
                                    };
                                };
                            }[];
                            /** @description The largest changes of single activities */
                            changes: {
                                entity: string;
                                activity: string;
                                country: string;
                                scope: string;
                                category: string;
                                before: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_kg: string;
                                    used: string | null;
                                    unit: string;
                                    method: string;
                                    factors: string[];
                                } | null;
                                after: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_kg: string;
                                    used: string | null;
                                    unit: string;
                                    method: string;
                                    factors: string[];
                                } | null;
                                /** @description kg CO2e by cause; they add up to the change */
                                effects: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    activity: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    factor: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    structure: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    method: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    scope_of_data: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    gwp: string;
                                };
                                /** @description For /api/explain */
                                ref: string;
                            }[];
                            changes_total: number;
                            /** @description Whether entities are told apart */
                            by_entity: boolean;
                            /** @description The effects add up to the change, to the last digit */
                            exact: boolean;
                        };
                    };
                };
                /** @description The journal entry that holds what was stated */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Number of an entry in the journal of the account */
                            seq: number;
                            /** @description Hash of the entry; it covers all entries before it */
                            hash: string;
                            /**
                             * @description RFC 3339, UTC
                             * @example 2025-03-01T12:00:00.000Z
                             */
                            recorded_at: string;
                            /** @description Rows of the request */
                            rows: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/methodologies/adopt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Adopt a methodology: from this entry on the books are kept by it; or see first what that would do
         * @description Takes a key of the account with the role write.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same request with the same key is done once; another request with it is refused with 409 */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description name@version, or a name for its last version
                         * @example group-2025@2
                         */
                        methodology: string;
                        /** @description Only say what it would do to the inventory */
                        preview?: boolean;
                        /**
                         * @description Month, inclusive
                         * @example 2025-01
                         */
                        from?: string;
                        /**
                         * @description Month, inclusive
                         * @example 2025-01
                         */
                        to?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            before: {
                                seq: number;
                                from: string | null;
                                to: string | null;
                                methodology: string;
                                gwp: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                scope_2_market_kg: string | null;
                                scope_2_market_ref: string | null;
                                held_lines: number | null;
                                /** @description Lines left as they are posted, because what would be multiplied is in no posted sum */
                                as_posted_lines: number;
                            };
                            after: {
                                seq: number;
                                from: string | null;
                                to: string | null;
                                methodology: string;
                                gwp: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                scope_2_market_kg: string | null;
                                scope_2_market_ref: string | null;
                                held_lines: number | null;
                                /** @description Lines left as they are posted, because what would be multiplied is in no posted sum */
                                as_posted_lines: number;
                            };
                            /**
                             * @description An exact decimal, as text
                             * @example 1234.50
                             */
                            change_kg: string;
                            change_percent: string | null;
                            /** @description kg CO2e by cause; they add up to the change */
                            effects: {
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                activity: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                factor: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                structure: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                method: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                scope_of_data: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                gwp: string;
                            };
                            refs: {
                                before: string | null;
                                /** @description For /api/explain */
                                after: string;
                                /** @description For /api/explain */
                                change: string;
                                /** @description null: the cause has no effect */
                                effects: {
                                    activity: string | null;
                                    factor: string | null;
                                    structure: string | null;
                                    method: string | null;
                                    scope_of_data: string | null;
                                    gwp: string | null;
                                };
                            };
                            /** @description What each cause means */
                            words: {
                                [key: string]: string;
                            };
                            by_category: {
                                scope: string;
                                category: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                before_kg: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                after_kg: string;
                                /** @description kg CO2e by cause; they add up to the change */
                                effects: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    activity: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    factor: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    structure: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    method: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    scope_of_data: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    gwp: string;
                                };
                                refs: {
                                    before: string | null;
                                    /** @description For /api/explain */
                                    after: string;
                                    /** @description For /api/explain */
                                    change: string;
                                    /** @description null: the cause has no effect */
                                    effects: {
                                        activity: string | null;
                                        factor: string | null;
                                        structure: string | null;
                                        method: string | null;
                                        scope_of_data: string | null;
                                        gwp: string | null;
                                    };
                                };
                            }[];
                            /** @description The largest changes of single activities */
                            changes: {
                                entity: string;
                                activity: string;
                                country: string;
                                scope: string;
                                category: string;
                                before: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_kg: string;
                                    used: string | null;
                                    unit: string;
                                    method: string;
                                    factors: string[];
                                } | null;
                                after: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_kg: string;
                                    used: string | null;
                                    unit: string;
                                    method: string;
                                    factors: string[];
                                } | null;
                                /** @description kg CO2e by cause; they add up to the change */
                                effects: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    activity: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    factor: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    structure: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    method: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    scope_of_data: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    gwp: string;
                                };
                                /** @description For /api/explain */
                                ref: string;
                            }[];
                            changes_total: number;
                            /** @description Whether entities are told apart */
                            by_entity: boolean;
                            /** @description The effects add up to the change, to the last digit */
                            exact: boolean;
                        };
                    };
                };
                /** @description The journal entry that holds what was stated */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Number of an entry in the journal of the account */
                            seq: number;
                            /** @description Hash of the entry; it covers all entries before it */
                            hash: string;
                            /**
                             * @description RFC 3339, UTC
                             * @example 2025-03-01T12:00:00.000Z
                             */
                            recorded_at: string;
                            /** @description Rows of the request */
                            rows: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/what-if": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The inventory under another methodology, with the difference by cause; nothing is stated
         * @description Takes a key of the account with the role read.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description name@version, or a name for its last version
                         * @example group-2025@2
                         */
                        methodology?: string;
                        /** @description Changed in `methodology`, or in the one in force when none is named */
                        parameters?: {
                            /**
                             * @description Set of 100-year potentials
                             * @enum {unknown}
                             */
                            gwp?: "AR4" | "AR5" | "AR6";
                            /**
                             * @description Consolidation approach; none: everything counts wholly
                             * @enum {unknown}
                             */
                            approach?: "none" | "equity" | "financial" | "operational";
                            /** @description Entity that reports */
                            parent?: string;
                            releases?: string[] | null;
                            /**
                             * @description Which year's factor stands in where the activity's year has none
                             * @enum {unknown}
                             */
                            time?: "nearest" | "latest_not_later" | "exact" | "publication_year";
                            /** @description Years between activity and factor */
                            gap_years_max?: number;
                            geography?: {
                                /** @description A factor for the world may stand in */
                                world?: boolean;
                                /** @description Another country's may, where no grid is concerned */
                                other_countries?: boolean;
                                /** @description Without a country, the only region there is */
                                assume_only?: boolean;
                            };
                            /** @enum {unknown} */
                            radiative_forcing?: "as_stated" | "included" | "excluded";
                            /** @description Meaning of ambiguous names of units */
                            units?: {
                                [key: string]: string;
                            };
                            threshold?: string | null;
                            /** @enum {unknown} */
                            fx?: "transaction_date" | "year_average";
                            /** @description Bring spend to the price year of the factor */
                            deflate?: boolean;
                            /**
                             * @description Which potential methane takes
                             * @enum {unknown}
                             */
                            methane?: "by_source" | "all_non_fossil" | "all_fossil";
                            scope2?: {
                                /**
                                 * @description Period within which instruments and use are matched; hour is not offered
                                 * @enum {unknown}
                                 */
                                granularity?: "year" | "month" | "hour";
                                vintage_months_before?: number;
                                vintage_months_after?: number;
                                /** @description Markets of several countries */
                                markets?: {
                                    [key: string]: string[];
                                };
                            };
                            oxidation?: string;
                            carbon_to_co2?: string;
                            net_gross?: {
                                gas?: string;
                                liquid?: string;
                                coal?: string;
                            };
                        };
                        /** @description What it is compared with; default: the methodology in force */
                        base?: string;
                        /**
                         * @description Month, inclusive
                         * @example 2025-01
                         */
                        from?: string;
                        /**
                         * @description Month, inclusive
                         * @example 2025-01
                         */
                        to?: string;
                        /** @description Answer as of this journal entry; default: the last */
                        as_of?: number;
                        /** @description Tell entities apart; reads all lines */
                        by_entity?: boolean;
                        /** @description Default 20 */
                        changes?: number;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            before: {
                                seq: number;
                                from: string | null;
                                to: string | null;
                                methodology: string;
                                gwp: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                scope_2_market_kg: string | null;
                                scope_2_market_ref: string | null;
                                held_lines: number | null;
                                /** @description Lines left as they are posted, because what would be multiplied is in no posted sum */
                                as_posted_lines: number;
                            };
                            after: {
                                seq: number;
                                from: string | null;
                                to: string | null;
                                methodology: string;
                                gwp: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_kg: string;
                                scope_2_market_kg: string | null;
                                scope_2_market_ref: string | null;
                                held_lines: number | null;
                                /** @description Lines left as they are posted, because what would be multiplied is in no posted sum */
                                as_posted_lines: number;
                            };
                            /**
                             * @description An exact decimal, as text
                             * @example 1234.50
                             */
                            change_kg: string;
                            change_percent: string | null;
                            /** @description kg CO2e by cause; they add up to the change */
                            effects: {
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                activity: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                factor: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                structure: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                method: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                scope_of_data: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                gwp: string;
                            };
                            refs: {
                                before: string | null;
                                /** @description For /api/explain */
                                after: string;
                                /** @description For /api/explain */
                                change: string;
                                /** @description null: the cause has no effect */
                                effects: {
                                    activity: string | null;
                                    factor: string | null;
                                    structure: string | null;
                                    method: string | null;
                                    scope_of_data: string | null;
                                    gwp: string | null;
                                };
                            };
                            /** @description What each cause means */
                            words: {
                                [key: string]: string;
                            };
                            by_category: {
                                scope: string;
                                category: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                before_kg: string;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                after_kg: string;
                                /** @description kg CO2e by cause; they add up to the change */
                                effects: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    activity: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    factor: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    structure: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    method: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    scope_of_data: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    gwp: string;
                                };
                                refs: {
                                    before: string | null;
                                    /** @description For /api/explain */
                                    after: string;
                                    /** @description For /api/explain */
                                    change: string;
                                    /** @description null: the cause has no effect */
                                    effects: {
                                        activity: string | null;
                                        factor: string | null;
                                        structure: string | null;
                                        method: string | null;
                                        scope_of_data: string | null;
                                        gwp: string | null;
                                    };
                                };
                            }[];
                            /** @description The largest changes of single activities */
                            changes: {
                                entity: string;
                                activity: string;
                                country: string;
                                scope: string;
                                category: string;
                                before: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_kg: string;
                                    used: string | null;
                                    unit: string;
                                    method: string;
                                    factors: string[];
                                } | null;
                                after: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    co2e_kg: string;
                                    used: string | null;
                                    unit: string;
                                    method: string;
                                    factors: string[];
                                } | null;
                                /** @description kg CO2e by cause; they add up to the change */
                                effects: {
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    activity: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    factor: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    structure: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    method: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    scope_of_data: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    gwp: string;
                                };
                                /** @description For /api/explain */
                                ref: string;
                            }[];
                            changes_total: number;
                            /** @description Whether entities are told apart */
                            by_entity: boolean;
                            /** @description The effects add up to the change, to the last digit */
                            exact: boolean;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/organisation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Entities, what they belong to, who owns and controls them when, and their shares under an approach
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    approach?: "equity" | "financial" | "operational";
                    /** @description Reporting parent of the approach; default: the one owner whom nobody owns */
                    parent?: string;
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    from?: string;
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    to?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            approach: ("equity" | "financial" | "operational") | null;
                            parent: string | null;
                            from: string | null;
                            to: string | null;
                            /** @description Entities that belong to none and are owned by none */
                            roots: string[];
                            entities: {
                                id: string;
                                name: string;
                                kind: string;
                                /** @description The entity that it belongs to */
                                parent: string;
                                country: string;
                                opened: string | null;
                                closed: string | null;
                                lease: string;
                                lease_role: string;
                                floor_area: string | null;
                                /** @description False: only named as an owner or as owned */
                                stated: boolean;
                                children: string[];
                                owners: {
                                    owner: string;
                                    owned: string;
                                    /** @description A decimal, or a fraction such as 53/98 */
                                    equity_share: string;
                                    /** @enum {unknown} */
                                    financial_control: "yes" | "no" | "joint";
                                    /** @enum {unknown} */
                                    operational_control: "yes" | "no";
                                    /**
                                     * @description Calendar day
                                     * @example 2025-03-01
                                     */
                                    valid_from: string;
                                    valid_to: string | null;
                                }[];
                                shares: {
                                    /**
                                     * @description Calendar day
                                     * @example 2025-03-01
                                     */
                                    from: string;
                                    /** @description A decimal, or a fraction such as 53/98 */
                                    share: string;
                                }[] | null;
                                /** @description Why it does not count wholly */
                                reason: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/organisation/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What in the organisation contradicts itself or is missing
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            findings: {
                                /** @enum {unknown} */
                                severity: "contradiction" | "warning";
                                code: string;
                                entity: string;
                                from: string | null;
                                to: string | null;
                                words: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which exchange rates there are
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            pairs: {
                                /**
                                 * @description ISO 4217
                                 * @example USD
                                 */
                                base: string;
                                /**
                                 * @description ISO 4217
                                 * @example USD
                                 */
                                quote: string;
                                rates: number;
                                /**
                                 * @description Calendar day
                                 * @example 2025-03-01
                                 */
                                first: string;
                                /**
                                 * @description Calendar day
                                 * @example 2025-03-01
                                 */
                                last: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /**
         * State exchange rates
         * @description A later statement of the same pair and day takes the place of an earlier one; null withdraws it.
         *
         *     Takes a key of the account with the role write.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description Who says so; kept with every figure
                         * @example European Central Bank, euro reference rates
                         */
                        source: string;
                        rates: {
                            /**
                             * @description Calendar day
                             * @example 2025-03-01
                             */
                            date: string;
                            /**
                             * @description ISO 4217
                             * @example USD
                             */
                            base: string;
                            /**
                             * @description ISO 4217
                             * @example USD
                             */
                            quote: string;
                            rate: (string | number) | null;
                        }[];
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Entry that states them */
                            seq: number;
                            /** @description Rows stated */
                            rows: number;
                            /** @description Rows that say something new; the others stood already */
                            changed: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rates/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Exchange rates as they stand, by pair and day
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description ISO 4217
                     * @example USD
                     */
                    base?: string;
                    /**
                     * @description ISO 4217
                     * @example USD
                     */
                    quote?: string;
                    /**
                     * @description Calendar day
                     * @example 2025-03-01
                     */
                    from?: string;
                    /**
                     * @description Calendar day
                     * @example 2025-03-01
                     */
                    to?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            rates: {
                                /**
                                 * @description Calendar day
                                 * @example 2025-03-01
                                 */
                                date: string;
                                /**
                                 * @description ISO 4217
                                 * @example USD
                                 */
                                base: string;
                                /**
                                 * @description ISO 4217
                                 * @example USD
                                 */
                                quote: string;
                                /**
                                 * @description Units of quote for one unit of base
                                 * @example 1.0817
                                 */
                                rate: string;
                                source: string;
                                /** @description Entry that states it */
                                seq: number;
                            }[];
                            next: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/intensity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Emissions per net revenue, with both methods of scope 2
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query: {
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    from: string;
                    /**
                     * @description Month, inclusive
                     * @example 2025-01
                     */
                    to: string;
                    /** @description Net revenue of the financial statements, in units; default: what the invoices recognise in the period */
                    revenue?: string;
                    currency?: string;
                    /** @description t CO2e per this much revenue */
                    per?: string;
                    gwp?: "AR4" | "AR5" | "AR6";
                    /** @description Consolidation approach: equity share, financial or operational control; none counts everything wholly. Default: that of the methodology */
                    approach?: "none" | "equity" | "financial" | "operational";
                    /** @description Reporting parent of the approach; default: the one owner whom nobody owns */
                    parent?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            /**
                             * @description Month, inclusive
                             * @example 2025-01
                             */
                            from: string;
                            /**
                             * @description Month, inclusive
                             * @example 2025-01
                             */
                            to: string;
                            currency: string;
                            /** @enum {unknown} */
                            basis: "stated" | "recognised";
                            /** @description Net revenue in units of the currency */
                            revenue: string;
                            revenue_lines: number | null;
                            per: string;
                            location_based: {
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_t: string;
                                intensity: string | null;
                                /** @description For /api/explain: the total; market-based, its scope 2 */
                                ref: string;
                            };
                            market_based: {
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                co2e_t: string;
                                intensity: string | null;
                                /** @description For /api/explain: the total; market-based, its scope 2 */
                                ref: string;
                            } | null;
                            notes: string[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/instruments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Contractual instruments: how much of each is applied, what is left, and why some are rejected
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    status?: "applied" | "partly_applied" | "unused" | "rejected";
                    /**
                     * @description Methodology, as name@version or as a name for its last version; default: the one in force
                     * @example default@1
                     */
                    methodology?: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            methodology: string;
                            counts: {
                                applied: number;
                                partly_applied: number;
                                unused: number;
                                rejected: number;
                            };
                            /**
                             * @description An exact decimal, as text
                             * @example 1234.50
                             */
                            applied_mwh: string;
                            /**
                             * @description An exact decimal, as text
                             * @example 1234.50
                             */
                            unused_mwh: string;
                            /**
                             * @description An exact decimal, as text
                             * @example 1234.50
                             */
                            rejected_mwh: string;
                            /** @description What these sums are made of, for /api/explain */
                            refs: {
                                applied: string;
                                unused: string;
                                rejected: string;
                            };
                            instruments: {
                                external_id: string;
                                /** @description Data source */
                                source: string;
                                kind: string;
                                carrier: string;
                                mwh: string | null;
                                emission_rate: string | null;
                                vintage_start: string;
                                vintage_end: string;
                                country: string;
                                site: string;
                                registry: string;
                                first_certificate: string;
                                last_certificate: string;
                                technology: string;
                                /** @enum {unknown} */
                                status: "applied" | "partly_applied" | "unused" | "rejected";
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                applied_mwh: string;
                                unused_mwh: string | null;
                                /** @description Where it is applied */
                                applied_to: {
                                    site: string;
                                    country: string;
                                    period: string;
                                    /**
                                     * @description An exact decimal, as text
                                     * @example 1234.50
                                     */
                                    mwh: string;
                                }[];
                                /** @description Why it may not be used */
                                rejected: {
                                    criterion: string;
                                    words: string;
                                }[];
                                /** @description For /api/explain */
                                ref: string;
                            }[];
                            total: number;
                            next: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Rules in force
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description In force, in the order in which they were stated */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            choices: {
                                id: string;
                                /** @enum {unknown} */
                                kind: "decision" | "rule";
                                rule: string | null;
                                when: {
                                    field: string;
                                    op: string;
                                    values: string[];
                                }[];
                                factor: string | null;
                                family: string | null;
                                left_out: boolean;
                                reason: string;
                                priority: number;
                                first_year: number | null;
                                last_year: number | null;
                                /** @description Who stated it */
                                actor: string;
                                /**
                                 * @description RFC 3339, UTC
                                 * @example 2025-03-01T12:00:00.000Z
                                 */
                                recorded_at: string;
                            }[];
                            total: number;
                            next: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        /**
         * State rules that decide on factors; or see first what that would do
         * @description A rule goes before decisions about single activities; of several that hold, the highest priority.
         *
         *     Takes a key of the account with the role write.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same request with the same key is done once; another request with it is refused with 409 */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        rules: {
                            /** @description Name of the rule; another of this name takes its place */
                            rule: string;
                            /** @description All must hold */
                            when: {
                                /** @description One of activity, unit, currency, country, region, category, supplier, entity, data_quality, or an attribute: attributes.cost_centre */
                                field: string;
                                /** @enum {unknown} */
                                op: "is" | "is_not" | "contains" | "starts_with" | "ends_with";
                                values: string[];
                            }[];
                            /** @description Higher goes first */
                            priority?: number;
                            /** @description First year of activities */
                            first_year?: number;
                            /** @description Last year of activities */
                            last_year?: number;
                            factor?: string | null;
                            /** @description Name of the factors to use: place, unit and year decide among them */
                            family?: string;
                            /** @description Why */
                            reason?: string;
                        }[];
                        /** @description Only say what it would do to the totals */
                        preview?: boolean;
                        /**
                         * @description Set of 100-year potentials
                         * @default AR5
                         * @enum {unknown}
                         */
                        gwp?: "AR4" | "AR5" | "AR6";
                    };
                };
            };
            responses: {
                /** @description What would happen; nothing is stated */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {boolean} */
                            preview: true;
                            /** @description Entry as of which the effect is calculated */
                            seq: number;
                            /**
                             * @description Set of 100-year potentials
                             * @default AR5
                             * @enum {unknown}
                             */
                            gwp: "AR4" | "AR5" | "AR6";
                            /** @description Descriptions by year that are decided otherwise than now */
                            descriptors: number;
                            lines: number;
                            /**
                             * @description An exact decimal, as text
                             * @example 1234.50
                             */
                            before_kg: string;
                            /**
                             * @description An exact decimal, as text
                             * @example 1234.50
                             */
                            after_kg: string;
                            /**
                             * @description An exact decimal, as text
                             * @example 1234.50
                             */
                            change_kg: string;
                            choices: {
                                lines: number;
                                /**
                                 * @description An exact decimal, as text
                                 * @example 1234.50
                                 */
                                change_kg: string;
                            }[];
                            held_lines: number;
                            still_held: {
                                activity: string;
                                year: number;
                                reason: string;
                                detail: string;
                                lines: number;
                            }[];
                            /** @description Lines not in the figures: amount and quantity change places, or a day has no rate */
                            other_basis_lines: number;
                        };
                    };
                };
                /** @description The journal entry that holds what was stated */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Number of an entry in the journal of the account */
                            seq: number;
                            /** @description Hash of the entry; it covers all entries before it */
                            hash: string;
                            /**
                             * @description RFC 3339, UTC
                             * @example 2025-03-01T12:00:00.000Z
                             */
                            recorded_at: string;
                            /** @description Rows of the request */
                            rows: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/rules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a rule back
         * @description What it decided is matched again without it. It stays readable as of earlier entries.
         *
         *     Takes a key of the account with the role write.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The journal entry that holds what was stated */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Number of an entry in the journal of the account */
                            seq: number;
                            /** @description Hash of the entry; it covers all entries before it */
                            hash: string;
                            /**
                             * @description RFC 3339, UTC
                             * @example 2025-03-01T12:00:00.000Z
                             */
                            recorded_at: string;
                            /** @description Rows of the request */
                            rows: number;
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The tables that can be exported
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            tables: {
                                name: string;
                                title: string;
                                /** @enum {unknown} */
                                book: "revenue" | "carbon";
                                columns: {
                                    name: string;
                                    type: string;
                                }[];
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connectors/stripe/webhook": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Webhooks that are set up
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            webhooks: {
                                id: string;
                                source: string;
                                /**
                                 * @description How lines of metered prices count: as one-time revenue, or as MRR until the next line
                                 * @default one_time
                                 * @enum {unknown}
                                 */
                                metered: "one_time" | "subscription";
                                /** @description Where Stripe is to send events to, after the address of this server */
                                path: string;
                                /**
                                 * @description RFC 3339, UTC
                                 * @example 2025-03-01T12:00:00.000Z
                                 */
                                created_at: string;
                            }[];
                        };
                    };
                };
            };
        };
        /**
         * Set up the webhook of a data source
         * @description The signing secret is kept sealed with a key of the server; the entry has the hash of what is sealed. Setting it again replaces it.
         *
         *     Takes a key of the account with the role admin.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Data source that the rows belong to */
                        source?: string;
                        signing_secret: string;
                        /**
                         * @description How lines of metered prices count: as one-time revenue, or as MRR until the next line
                         * @default one_time
                         * @enum {unknown}
                         */
                        metered?: "one_time" | "subscription";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            source: string;
                            /**
                             * @description How lines of metered prices count: as one-time revenue, or as MRR until the next line
                             * @default one_time
                             * @enum {unknown}
                             */
                            metered: "one_time" | "subscription";
                            /** @description Where Stripe is to send events to, after the address of this server */
                            path: string;
                            /**
                             * @description RFC 3339, UTC
                             * @example 2025-03-01T12:00:00.000Z
                             */
                            created_at: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/connectors/stripe/webhook/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a webhook away
         * @description Takes a key of the account with the role admin.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Data sources of the revenue book
         * @description What each has brought, when last, and how its connection with Stripe stands; by name.
         *
         *     Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            sources: {
                                name: string;
                                /** @description As the ChartMogul-compatible API knows it */
                                uuid: string;
                                system: string;
                                /**
                                 * @description RFC 3339, UTC
                                 * @example 2025-03-01T12:00:00.000Z
                                 */
                                created_at: string;
                                /** @description Current records; of invoices their lines */
                                records: {
                                    customers: number;
                                    plans: number;
                                    invoices: number;
                                    transactions: number;
                                };
                                last_entry: {
                                    seq: number;
                                    /**
                                     * @description RFC 3339, UTC
                                     * @example 2025-03-01T12:00:00.000Z
                                     */
                                    recorded_at: string;
                                } | null;
                                stripe: {
                                    /** @description Objects of Stripe that are known */
                                    objects: number;
                                    /** @description Of these, objects that could not be taken; at most 20 are listed */
                                    held: number;
                                    held_listed: {
                                        id: string;
                                        object: string;
                                        reason: string;
                                    }[];
                                    webhook: {
                                        id: string;
                                        path: string;
                                        metered: string;
                                        /**
                                         * @description RFC 3339, UTC
                                         * @example 2025-03-01T12:00:00.000Z
                                         */
                                        created_at: string;
                                    } | null;
                                    sync: {
                                        /** @description A pass was begun and is not complete: it goes on with the next run */
                                        unfinished: boolean;
                                        resource: string | null;
                                        complete_as_of: string | null;
                                        /**
                                         * @description RFC 3339, UTC
                                         * @example 2025-03-01T12:00:00.000Z
                                         */
                                        last_at: string;
                                        error: string | null;
                                    } | null;
                                } | null;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/base-years": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Base years, events and targets, as they are in force
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description In force as of the entry; content is as it was stated */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            base_years: {
                                /** @description Number of an entry in the journal of the account */
                                stated_in: number;
                                stated_by: string;
                                stated_at: string;
                                content: {
                                    [key: string]: unknown;
                                };
                            }[];
                            events: {
                                /** @description Number of an entry in the journal of the account */
                                stated_in: number;
                                stated_by: string;
                                stated_at: string;
                                content: {
                                    [key: string]: unknown;
                                };
                            }[];
                            targets: {
                                /** @description Number of an entry in the journal of the account */
                                stated_in: number;
                                stated_by: string;
                                stated_at: string;
                                content: {
                                    [key: string]: unknown;
                                };
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /**
         * State a base year with its recalculation policy
         * @description Takes a key of the account with the role write.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same request with the same key is done once; another request with it is refused with 409 */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Tells several base years apart; default: main */
                        name?: string;
                        /**
                         * @description YYYY-MM, inclusive
                         * @example 2020-01
                         */
                        from: string;
                        /**
                         * @description Last month. Several whole years: their average is the base
                         * @example 2020-12
                         */
                        to: string;
                        /**
                         * @description Default: that of the methodology in force
                         * @enum {unknown}
                         */
                        approach?: "none" | "equity" | "financial" | "operational";
                        parent?: string;
                        /**
                         * @description Default: that of the methodology in force
                         * @enum {unknown}
                         */
                        gwp?: "AR4" | "AR5" | "AR6";
                        /**
                         * @description Method of scope 2, chosen once for the base year and its targets; default: location
                         * @enum {unknown}
                         */
                        scope_2?: "location" | "market";
                        /** @description Change of the tested scopes above which the base is recalculated, alone or with all that is pending; default: 5 */
                        threshold_percent?: string;
                        /** @description Default: all */
                        test_scopes?: ("1" | "2" | "3")[];
                        /** @description Entry as of which the first figure is read; default: this entry */
                        as_of?: number;
                        /** @description Why, for the report */
                        text?: string;
                        approved_by?: string;
                    };
                };
            };
            responses: {
                /** @description The journal entry that holds what was stated */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Number of an entry in the journal of the account */
                            seq: number;
                            /** @description Hash of the entry; it covers all entries before it */
                            hash: string;
                            /**
                             * @description RFC 3339, UTC
                             * @example 2025-03-01T12:00:00.000Z
                             */
                            recorded_at: string;
                            /** @description Rows of the request */
                            rows: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/base-years/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * State what happened to a base year, where the books alone do not say it
         * @description Takes a key of the account with the role write.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same request with the same key is done once; another request with it is refused with 409 */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            /** @description Exactly one of entries, changes and moved says what it amounts to */
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description Stating it again replaces it
                         * @example logistics-2024
                         */
                        id: string;
                        /** @description Default: main */
                        base_year?: string;
                        /**
                         * @description Calendar day
                         * @example 2025-03-01
                         */
                        day: string;
                        /**
                         * @description organic: seen, and never in the base
                         * @enum {unknown}
                         */
                        cause: "structure" | "method" | "factor" | "error" | "boundary" | "gwp" | "organic";
                        /** @example Own lorries are replaced by a carrier */
                        title: string;
                        /** @description Entries whose effect it explains, in place of the cause that their kind suggests */
                        entries?: number[];
                        /** @description What the books do not hold: estimated or backcast tonnes, negative for what leaves */
                        changes?: {
                            /** @enum {unknown} */
                            scope: "1" | "2" | "3";
                            co2e_t: string;
                        }[];
                        /** @description Lines of the base year that others cause now, or the organisation itself */
                        moved?: {
                            /** @enum {unknown} */
                            direction: "outsourced" | "insourced";
                            where: {
                                entity?: string[];
                                activity?: string[];
                                country?: string[];
                            };
                            /**
                             * @description Where insourced lines go; default 1
                             * @enum {unknown}
                             */
                            to_scope?: "1" | "2";
                        };
                        /** @description Why, for the report */
                        text?: string;
                        approved_by?: string;
                    };
                };
            };
            responses: {
                /** @description The journal entry that holds what was stated */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Number of an entry in the journal of the account */
                            seq: number;
                            /** @description Hash of the entry; it covers all entries before it */
                            hash: string;
                            /**
                             * @description RFC 3339, UTC
                             * @example 2025-03-01T12:00:00.000Z
                             */
                            recorded_at: string;
                            /** @description Rows of the request */
                            rows: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/targets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * State a target against a base year
         * @description Takes a key of the account with the role write.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same request with the same key is done once; another request with it is refused with 409 */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @example near-term */
                        name: string;
                        /** @description Default: main */
                        base_year?: string;
                        /**
                         * @description Default: absolute
                         * @enum {unknown}
                         */
                        kind?: "absolute" | "intensity";
                        /**
                         * @example [
                         *       "1",
                         *       "2"
                         *     ]
                         */
                        scopes: ("1" | "2" | "3")[];
                        /** @example 2030 */
                        target_year: number;
                        /**
                         * @description Of the base, by the target year
                         * @example 42
                         */
                        reduction_percent?: string;
                        /**
                         * @description Of the base, a year: 4.2 is the path of 1.5 °C
                         * @example 4.2
                         */
                        annual_percent?: string;
                        /** @description Intensity: what emissions are divided by */
                        per?: {
                            /** @example EUR million of revenue */
                            name: string;
                            /**
                             * @description Year to how much of it there was, the base year among them
                             * @example {
                             *       "2020": "480",
                             *       "2025": "512.4"
                             *     }
                             */
                            values: {
                                [key: string]: string;
                            };
                        };
                        /** @description Why, for the report */
                        text?: string;
                        approved_by?: string;
                    };
                };
            };
            responses: {
                /** @description The journal entry that holds what was stated */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Number of an entry in the journal of the account */
                            seq: number;
                            /** @description Hash of the entry; it covers all entries before it */
                            hash: string;
                            /**
                             * @description RFC 3339, UTC
                             * @example 2025-03-01T12:00:00.000Z
                             */
                            recorded_at: string;
                            /** @description Rows of the request */
                            rows: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/carbon/targets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Withdraw a target
         * @description It stays readable as of the entries before.
         *
         *     Takes a key of the account with the role write.
         */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same request with the same key is done once; another request with it is refused with 409 */
                    "idempotency-key"?: string;
                };
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The journal entry that holds what was stated */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Number of an entry in the journal of the account */
                            seq: number;
                            /** @description Hash of the entry; it covers all entries before it */
                            hash: string;
                            /**
                             * @description RFC 3339, UTC
                             * @example 2025-03-01T12:00:00.000Z
                             */
                            recorded_at: string;
                            /** @description Rows of the request */
                            rows: number;
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/base-year": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The base year recalculated from the books, cause by cause, and progress against targets
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Default: the only one, or main */
                    name?: string;
                    /** @description Looked at from the end of this year; default: the last one with lines */
                    year?: number;
                    /** @description Restate under these potentials; default: those of the base year */
                    gwp?: "AR4" | "AR5" | "AR6";
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            seq: number;
                            /** @example main */
                            name: string;
                            /**
                             * @description YYYY-MM, inclusive
                             * @example 2020-01
                             */
                            from: string;
                            /**
                             * @description YYYY-MM, inclusive
                             * @example 2020-01
                             */
                            to: string;
                            /** @description Above 1: the base is their average */
                            years: number;
                            year: number;
                            /** @enum {unknown} */
                            approach: "none" | "equity" | "financial" | "operational";
                            parent: string;
                            /** @enum {unknown} */
                            gwp: "AR4" | "AR5" | "AR6";
                            /** @enum {unknown} */
                            base_gwp: "AR4" | "AR5" | "AR6";
                            /** @enum {unknown} */
                            scope_2: "location" | "market";
                            /** @example 5 */
                            threshold_percent: string;
                            test_scopes: string[];
                            /** @description Number of an entry in the journal of the account */
                            stated_in: number;
                            stated_by: string;
                            stated_at: string;
                            text: string;
                            approved_by: string;
                            original: {
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                scope_1_t: string;
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                scope_2_t: string;
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                scope_3_t: string;
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                total_t: string;
                                as_of: number;
                                /** @description For /api/explain */
                                ref: string;
                            };
                            /** @description What happened to it since, by day; the changes add up */
                            steps: {
                                number: number;
                                /**
                                 * @description Calendar day
                                 * @example 2025-03-01
                                 */
                                day: string;
                                /** @enum {unknown} */
                                cause: "structure" | "method" | "factor" | "error" | "boundary" | "gwp" | "organic";
                                cause_words: string;
                                kind: string;
                                title: string;
                                words: string;
                                text: string;
                                approved_by: string;
                                entries: {
                                    first: number;
                                    last: number;
                                } | null;
                                /** @description Amounts that are stated, not read from lines */
                                stated: boolean;
                                stated_in: number | null;
                                change: {
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    scope_1_t: string;
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    scope_2_t: string;
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    scope_3_t: string;
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    total_t: string;
                                };
                                /** @example 5 */
                                percent: string;
                                /** @description With all that is known and not in the base yet */
                                cumulative_percent: string;
                                /** @description From here on the base holds this and all that was pending */
                                recalculated: boolean;
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                base_t: string;
                                before_ref: string | null;
                                after_ref: string | null;
                                /** @description For /api/explain */
                                ref: string;
                            }[];
                            /** @description From the original to the recalculated base, adding up exactly */
                            by_cause: {
                                /** @enum {unknown} */
                                cause: "structure" | "method" | "factor" | "error" | "boundary" | "gwp" | "organic";
                                words: string;
                                change: {
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    scope_1_t: string;
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    scope_2_t: string;
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    scope_3_t: string;
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    total_t: string;
                                };
                            }[];
                            recalculated: {
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                scope_1_t: string;
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                scope_2_t: string;
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                scope_3_t: string;
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                total_t: string;
                                /** @description How often it was recalculated */
                                steps: number;
                                as_of: number;
                                structure: string | null;
                            };
                            /** @description Known, and below the threshold so far */
                            pending: {
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                scope_1_t: string;
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                scope_2_t: string;
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                scope_3_t: string;
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                total_t: string;
                            };
                            /** @description Stated as organic: never in the base */
                            organic: {
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                scope_1_t: string;
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                scope_2_t: string;
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                scope_3_t: string;
                                /**
                                 * @description t CO2e, exact
                                 * @example 8000
                                 */
                                total_t: string;
                            };
                            /** @description Entities that count now and have no lines in the base year */
                            without_lines: string[];
                            series: {
                                year: number;
                                reported: {
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    scope_1_t: string;
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    scope_2_t: string;
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    scope_3_t: string;
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    total_t: string;
                                };
                                restated: {
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    scope_1_t: string;
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    scope_2_t: string;
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    scope_3_t: string;
                                    /**
                                     * @description t CO2e, exact
                                     * @example 8000
                                     */
                                    total_t: string;
                                };
                                /** @description For /api/explain */
                                reported_ref: string;
                                /** @description For /api/explain */
                                restated_ref: string;
                            }[];
                            targets: {
                                name: string;
                                /** @enum {unknown} */
                                kind: "absolute" | "intensity";
                                scopes: string[];
                                target_year: number;
                                /** @example 5 */
                                annual_percent: string;
                                unit: string;
                                base: string;
                                target: string;
                                actual: string | null;
                                path: string | null;
                                gap: string | null;
                                progress_percent: string | null;
                                expected_percent: string | null;
                                on_track: boolean | null;
                                text: string;
                                approved_by: string;
                                /** @description Number of an entry in the journal of the account */
                                stated_in: number;
                            }[];
                            notes: string[];
                            /** @description For /api/explain */
                            ref: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where a figure comes from, one step at a time
         * @description Takes a key of the account with the role read.
         */
        get: {
            parameters: {
                query: {
                    /**
                     * @description A `ref` of a statement or of an explanation
                     * @example mrr/2025-04/EUR/contraction
                     */
                    ref: string;
                    /** @description Answer as of this journal entry; default: the last */
                    as_of?: number;
                    /** @description Steps to leave out at the beginning */
                    offset?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One step of the walk from a figure to its source */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            kind: string;
                            ref: string | null;
                            title: string;
                            value: string | null;
                            unit: string | null;
                            words: string | null;
                            facts: string[][];
                            /** @description Steps of the same shape */
                            children: unknown[];
                            children_total: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start to verify the books
         * @description Recomputes the chain, every evidence hash and, from a rebuild into a scratch ledger, every total.
         *
         *     Takes a key of the account with the role admin.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            /** @enum {unknown} */
                            kind: "verify" | "rebuild";
                            /** @enum {unknown} */
                            state: "running" | "done" | "failed";
                            /**
                             * @description RFC 3339, UTC
                             * @example 2025-03-01T12:00:00.000Z
                             */
                            started_at: string;
                            finished_at: string | null;
                            progress: {
                                stage: string;
                                done: number;
                                total: number | null;
                            } | null;
                            result: unknown;
                            problem: {
                                /** @description Reference to a description of this kind of problem */
                                type: string;
                                title: string;
                                status: number;
                                detail: string;
                                instance: string | null;
                                /** @enum {unknown} */
                                code: "invalid" | "malformed" | "unauthenticated" | "forbidden" | "not_found" | "conflict" | "too_large" | "unsupported" | "busy" | "storage" | "unavailable" | "corrupt" | "platform" | "internal" | "timeout" | "header_too_large";
                                remedy: string | null;
                                problems: {
                                    /** @description Field, column or JSON pointer */
                                    field?: string;
                                    /** @description What stood there */
                                    value?: string;
                                    /** @description Row, 1 for the first row of data */
                                    row?: number;
                                    reason: string;
                                    remedy?: string;
                                }[];
                                file?: {
                                    headers: string[];
                                    /** @description The first rows as they are read, cells in the order of the headers */
                                    rows: string[][];
                                };
                            } | null;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Jobs since the server was started, newest first
         * @description Takes a key of the account with the role admin.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            jobs: {
                                id: string;
                                /** @enum {unknown} */
                                kind: "verify" | "rebuild";
                                /** @enum {unknown} */
                                state: "running" | "done" | "failed";
                                /**
                                 * @description RFC 3339, UTC
                                 * @example 2025-03-01T12:00:00.000Z
                                 */
                                started_at: string;
                                finished_at: string | null;
                                progress: {
                                    stage: string;
                                    done: number;
                                    total: number | null;
                                } | null;
                                result: unknown;
                                problem: {
                                    /** @description Reference to a description of this kind of problem */
                                    type: string;
                                    title: string;
                                    status: number;
                                    detail: string;
                                    instance: string | null;
                                    /** @enum {unknown} */
                                    code: "invalid" | "malformed" | "unauthenticated" | "forbidden" | "not_found" | "conflict" | "too_large" | "unsupported" | "busy" | "storage" | "unavailable" | "corrupt" | "platform" | "internal" | "timeout" | "header_too_large";
                                    remedy: string | null;
                                    problems: {
                                        /** @description Field, column or JSON pointer */
                                        field?: string;
                                        /** @description What stood there */
                                        value?: string;
                                        /** @description Row, 1 for the first row of data */
                                        row?: number;
                                        reason: string;
                                        remedy?: string;
                                    }[];
                                    file?: {
                                        headers: string[];
                                        /** @description The first rows as they are read, cells in the order of the headers */
                                        rows: string[][];
                                    };
                                } | null;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A job
         * @description Takes a key of the account with the role admin.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            /** @enum {unknown} */
                            kind: "verify" | "rebuild";
                            /** @enum {unknown} */
                            state: "running" | "done" | "failed";
                            /**
                             * @description RFC 3339, UTC
                             * @example 2025-03-01T12:00:00.000Z
                             */
                            started_at: string;
                            finished_at: string | null;
                            progress: {
                                stage: string;
                                done: number;
                                total: number | null;
                            } | null;
                            result: unknown;
                            problem: {
                                /** @description Reference to a description of this kind of problem */
                                type: string;
                                title: string;
                                status: number;
                                detail: string;
                                instance: string | null;
                                /** @enum {unknown} */
                                code: "invalid" | "malformed" | "unauthenticated" | "forbidden" | "not_found" | "conflict" | "too_large" | "unsupported" | "busy" | "storage" | "unavailable" | "corrupt" | "platform" | "internal" | "timeout" | "header_too_large";
                                remedy: string | null;
                                problems: {
                                    /** @description Field, column or JSON pointer */
                                    field?: string;
                                    /** @description What stood there */
                                    value?: string;
                                    /** @description Row, 1 for the first row of data */
                                    row?: number;
                                    reason: string;
                                    remedy?: string;
                                }[];
                                file?: {
                                    headers: string[];
                                    /** @description The first rows as they are read, cells in the order of the headers */
                                    rows: string[][];
                                };
                            } | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: never;
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
