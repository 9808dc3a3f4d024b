INSERT INTO "_sqlite_migrations" ("id", "migration_set", "name", "applied_at") VALUES (1, 'prompt-workbench', '1.0 prompts, versions, runs, outputs, verdicts', '2026-11-24 13:20:05.123000+00:00');
INSERT INTO "_sqlite_migrations" ("id", "migration_set", "name", "applied_at") VALUES (2, 'prompt-workbench', '1.1 lanes beside a run', '2026-11-24 13:20:05.123000+00:00');
INSERT INTO "_sqlite_migrations" ("id", "migration_set", "name", "applied_at") VALUES (3, 'prompt-workbench', '1.2 one index to search runs by', '2026-11-24 13:20:05.123000+00:00');
INSERT INTO "_sqlite_migrations" ("id", "migration_set", "name", "applied_at") VALUES (4, 'prompt-workbench', '1.3 saved searches, origins, cases, what is deleted', '2026-11-24 13:20:05.123000+00:00');
INSERT INTO "blobs" ("hash", "media_type", "body") VALUES ('0f4636c78f65d3639ece5a064b5ae753e3408614a14fb18ab4d7540d2c248543', 'image/png', X'89504E47');
INSERT INTO "bodies" ("id", "hash", "body") VALUES (1, '9365e30db43513e6c442b1dd73d676aa0a0d9488c0389494150a149acdb09a87', '{"model":"vendor/model","messages":null,"temperature":0.25}');
INSERT INTO "bodies" ("id", "hash", "body") VALUES (2, 'c78dd08d6154e3bc473d869f254473bc646e3707a2a3f04160ba5bfc2ec5ec47', '[{"role":"user","content":"Hi"}]');
INSERT INTO "cases" ("id", "uid", "prompt_id", "position", "name", "values_id", "checks", "threshold", "metadata", "rest") VALUES (1, 'case', 1, 0, 'Late order', 2, '[{"type":"contains","value":"late","weight":2},{"type":"not-made-up","why":[1]}]', 0.5, '{"from":"desk"}', '{"options":{"prefix":"p"}}');
INSERT INTO "contents" ("id", "hash", "body") VALUES (1, 'a30dcd538b0b01351f2f5693f80080108134ea55848741eecdb5ecdaeda84f26', '{"format":1,"messages":[{"role":"system","text":"Be kind."},{"role":"user","text":"Where is {{order}}?"}]}');
INSERT INTO "contents" ("id", "hash", "body") VALUES (2, '56e180d99feb94d04f3b3b5653174e8bef7c48cafa492fd825a962087ea6dbc2', '{"format":1,"later":[{"in":"a","out":"b"}],"messages":[{"role":"user","text":"礼儀正しく {{order}}"}],"template":"jinja"}');
INSERT INTO "drafts" ("prompt_id", "body", "saved_at") VALUES (1, '{"content":{"format":1,"messages":[{"role":"user","text":"typed"}]},"values":{"a":"1"},"lanes":[{"slot":"A","endpoint":"echo","model":"echo","pinned":1},{"slot":"B","endpoint":"echo","model":"echo"}],"based_on":2}', '2026-11-24T13:20:09.456Z');
INSERT INTO "endpoints" ("id", "uid", "kind", "name", "base_url", "headers", "secret_headers", "needs_key", "path", "adapter", "archived", "updated_at") VALUES (1, 'e', 'openai', 'Mine', 'http://localhost/v1', '[["X-Title","t"]]', '["X-Key"]', 0, '', '', 0, '2026-11-24T13:20:05.123Z');
INSERT INTO "in_flight" ("run_id", "output_id", "owner_uid") VALUES (2, 4, 'owner');
INSERT INTO "in_flight" ("run_id", "output_id", "owner_uid") VALUES (2, 5, 'owner');
INSERT INTO "in_flight" ("run_id", "output_id", "owner_uid") VALUES (2, 6, 'owner');
INSERT INTO "in_flight" ("run_id", "output_id", "owner_uid") VALUES (2, 7, 'owner');
INSERT INTO "labels" ("prompt_id", "name", "version_id", "moved_at") VALUES (1, 'production', 1, '2026-11-24T13:20:09.456Z');
INSERT INTO "lanes" ("run_id", "position", "uid", "slot", "label", "endpoint_uid", "model", "params", "version_id", "pinned") VALUES (1, 0, 'r1.0', 'A', '', 'echo', 'vendor/one', '{}', 1, 0);
INSERT INTO "lanes" ("run_id", "position", "uid", "slot", "label", "endpoint_uid", "model", "params", "version_id", "pinned") VALUES (1, 1, 'r1.1', 'B', '', 'echo', 'echo', '{}', 1, 0);
INSERT INTO "lanes" ("run_id", "position", "uid", "slot", "label", "endpoint_uid", "model", "params", "version_id", "pinned") VALUES (2, 0, 'r2.0', 'A', '', 'echo', 'echo', '{}', 1, 1);
INSERT INTO "lanes" ("run_id", "position", "uid", "slot", "label", "endpoint_uid", "model", "params", "version_id", "pinned") VALUES (2, 1, 'r2.1', 'B', '', 'echo', 'echo', '{}', 2, 0);
INSERT INTO "last_numbers" ("prompt_id", "kind", "number") VALUES (1, 'iteration', 3);
INSERT INTO "meta" ("key", "value") VALUES ('created_at', '2026-11-24T13:20:05.123Z');
INSERT INTO "meta" ("key", "value") VALUES ('database_uid', 'store-1');
INSERT INTO "meta" ("key", "value") VALUES ('last_pack_import', '{"pack": "pack", "prompts": [{"uid": "p", "new": false, "draft": "640ff26c7f8527533a16b5ad91ecc6f895a4a7bf6150f9ef28807f5708a71ae3", "versions": [], "cases": ["case"], "bodies": {"case": "47ffe63723f454500b79f50822e8266c5d1fbe37b13efb537350252ab91aa3ea", "r1.version": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "r2.version": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}], "before": null}');
INSERT INTO "meta" ("key", "value") VALUES ('last_prompt', 'p');
INSERT INTO "meta" ("key", "value") VALUES ('unclean', '1');
INSERT INTO "origins" ("id", "kind", "foreign_id", "thing", "uid", "source", "extra", "imported_at") VALUES (1, 'pack', 'their-case', 'case', 'case', 'bots.promptpack', '', '2026-11-24T13:20:09.456Z');
INSERT INTO "outputs" ("id", "uid", "run_id", "lane", "value_set", "sample", "attempt", "state", "created_at", "ended_at", "starred", "model", "finish_reason", "input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "usage_source", "cost_usd", "rate_input", "rate_output", "rate_cached", "rate_source", "queued_ms", "sent_ms", "first_ms", "end_ms", "ttft_ms", "duration_ms", "error_code", "error", "error_detail", "request_id", "request_messages_id", "marks", "reasoning", "text") VALUES (1, 'r1.0.0', 1, 0, 0, 0, 1, 'finished', '2026-11-24T13:20:05.123Z', '2026-11-24T13:20:09.456Z', 0, 'vendor/model-2026', 'stop', 120, 30, 100, 12, 'estimate', 0.000165, 1.0e-06, 4.0e-06, 2.5e-07, 'user', 0, 3, 250, 900, 247, 897, NULL, NULL, NULL, 1, 2, '[{"kind":"refused","name":"seed","detail":"the provider takes none"},{"kind":"added","name":"stream","detail":"true"}]', 'First look it up.' || char(13) || '', 'Your order 123 is on its way.

');
INSERT INTO "outputs" ("id", "uid", "run_id", "lane", "value_set", "sample", "attempt", "state", "created_at", "ended_at", "starred", "model", "finish_reason", "input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "usage_source", "cost_usd", "rate_input", "rate_output", "rate_cached", "rate_source", "queued_ms", "sent_ms", "first_ms", "end_ms", "ttft_ms", "duration_ms", "error_code", "error", "error_detail", "request_id", "request_messages_id", "marks", "reasoning", "text") VALUES (2, 'r1.1.0', 1, 1, 0, 0, 1, 'failed', '2026-11-24T13:20:05.123Z', '2026-11-24T13:20:09.456Z', 0, '', '', NULL, NULL, NULL, NULL, 'provider', NULL, NULL, NULL, NULL, NULL, 0, 2, NULL, NULL, NULL, NULL, 'rate_limit', 'The provider asks to wait. Try again in a minute.', 'HTTP 429', NULL, NULL, '[]', '', 'half an ans');
INSERT INTO "outputs" ("id", "uid", "run_id", "lane", "value_set", "sample", "attempt", "state", "created_at", "ended_at", "starred", "model", "finish_reason", "input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "usage_source", "cost_usd", "rate_input", "rate_output", "rate_cached", "rate_source", "queued_ms", "sent_ms", "first_ms", "end_ms", "ttft_ms", "duration_ms", "error_code", "error", "error_detail", "request_id", "request_messages_id", "marks", "reasoning", "text") VALUES (3, 'r1.again', 1, 1, 0, 0, 2, 'finished', '2026-11-24T13:20:09.456Z', '2026-11-24T13:20:09.456Z', 0, '', '', NULL, NULL, NULL, NULL, 'provider', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]', '', '注文を確認します。');
INSERT INTO "outputs" ("id", "uid", "run_id", "lane", "value_set", "sample", "attempt", "state", "created_at", "ended_at", "starred", "model", "finish_reason", "input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "usage_source", "cost_usd", "rate_input", "rate_output", "rate_cached", "rate_source", "queued_ms", "sent_ms", "first_ms", "end_ms", "ttft_ms", "duration_ms", "error_code", "error", "error_detail", "request_id", "request_messages_id", "marks", "reasoning", "text") VALUES (4, 'r2.0.0', 2, 0, 0, 0, 1, 'waiting', '2026-11-24T13:20:05.123Z', NULL, 0, '', '', NULL, NULL, NULL, NULL, 'provider', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]', '', '');
INSERT INTO "outputs" ("id", "uid", "run_id", "lane", "value_set", "sample", "attempt", "state", "created_at", "ended_at", "starred", "model", "finish_reason", "input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "usage_source", "cost_usd", "rate_input", "rate_output", "rate_cached", "rate_source", "queued_ms", "sent_ms", "first_ms", "end_ms", "ttft_ms", "duration_ms", "error_code", "error", "error_detail", "request_id", "request_messages_id", "marks", "reasoning", "text") VALUES (5, 'r2.0.1', 2, 0, 0, 1, 1, 'waiting', '2026-11-24T13:20:05.123Z', NULL, 0, '', '', NULL, NULL, NULL, NULL, 'provider', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]', '', '');
INSERT INTO "outputs" ("id", "uid", "run_id", "lane", "value_set", "sample", "attempt", "state", "created_at", "ended_at", "starred", "model", "finish_reason", "input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "usage_source", "cost_usd", "rate_input", "rate_output", "rate_cached", "rate_source", "queued_ms", "sent_ms", "first_ms", "end_ms", "ttft_ms", "duration_ms", "error_code", "error", "error_detail", "request_id", "request_messages_id", "marks", "reasoning", "text") VALUES (6, 'r2.1.0', 2, 1, 0, 0, 1, 'waiting', '2026-11-24T13:20:05.123Z', NULL, 0, '', '', NULL, NULL, NULL, NULL, 'provider', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]', '', '');
INSERT INTO "outputs" ("id", "uid", "run_id", "lane", "value_set", "sample", "attempt", "state", "created_at", "ended_at", "starred", "model", "finish_reason", "input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "usage_source", "cost_usd", "rate_input", "rate_output", "rate_cached", "rate_source", "queued_ms", "sent_ms", "first_ms", "end_ms", "ttft_ms", "duration_ms", "error_code", "error", "error_detail", "request_id", "request_messages_id", "marks", "reasoning", "text") VALUES (7, 'r2.1.1', 2, 1, 0, 1, 1, 'waiting', '2026-11-24T13:20:05.123Z', NULL, 0, '', '', NULL, NULL, NULL, NULL, 'provider', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]', '', '');
INSERT INTO "packs" ("uid", "body", "updated_at") VALUES ('pack', '{"name":"Bots","prompts":[]}', '2026-11-24T13:20:09.456Z');
INSERT INTO "partials" ("output_id", "kind", "at", "text") VALUES (4, 'text', 0, 'half an');
INSERT INTO "partials" ("output_id", "kind", "at", "text") VALUES (4, 'reasoning', 0, 'hm');
INSERT INTO "partials" ("output_id", "kind", "at", "text") VALUES (6, 'rounds', 0, '[{"kind":"tool_call","text":"{}","name":"now","call_id":"c1","opaque":"{\"s\": 1}"},{"kind":"tool_result","text":"noon"}]');
INSERT INTO "partials" ("output_id", "kind", "at", "text") VALUES (6, 'tool_call', 0, '{"name":"now","call_id":"c2","from":0,"text":"{\"zo"}');
INSERT INTO "prices" ("endpoint_uid", "model", "input", "output", "cached", "source", "updated_at") VALUES ('e', 'model', 1.0e-06, 2.0e-06, NULL, 'user', '2026-11-24T13:20:05.123Z');
INSERT INTO "prompts" ("id", "uid", "name", "iterations", "archived", "starred", "note", "created_at", "updated_at") VALUES (1, 'p', 'Order bot', 2, 0, 0, '', '2026-11-24T13:20:05.123Z', '2026-11-24T13:20:05.125Z');
INSERT INTO "prompts" ("id", "uid", "name", "iterations", "archived", "starred", "note", "created_at", "updated_at") VALUES (2, 'q', 'Archived', 0, 1, 0, '', '2026-11-24T13:20:05.123Z', '2026-11-24T13:20:05.124Z');
INSERT INTO "prompts" ("id", "uid", "name", "iterations", "archived", "starred", "note", "created_at", "updated_at") VALUES (3, 'd', 'Deleted', 0, 2, 0, '', '2026-11-24T13:20:05.123Z', '2026-11-24T13:20:05.126Z');
INSERT INTO "responses" ("output_id", "body") VALUES (1, '{"id":"x","choices":[{"delta":{"content":"…"}}],"nothing":null}');
INSERT INTO "run_beside" ("run_id", "place", "slot", "from_run_id", "hidden", "baseline") VALUES (2, 2, 'C', 1, 1, 0);
INSERT INTO "run_docs" ("id", "place", "value_set") VALUES (1, 1, 0);
INSERT INTO "run_docs" ("id", "place", "value_set") VALUES (2, 2, 0);
INSERT INTO "run_rows" ("place", "run_id", "started_at", "misplaced", "archived", "cost_usd", "unpriced", "tokens", "longest_ms", "answers", "failed", "interrupted", "stopped", "cut") VALUES (1, 1, '2026-11-24T13:20:05.123Z', 0, 0, 0.000165, 1, 150, 897, 2, 0, 0, 0, 0);
INSERT INTO "run_rows" ("place", "run_id", "started_at", "misplaced", "archived", "cost_usd", "unpriced", "tokens", "longest_ms", "answers", "failed", "interrupted", "stopped", "cut") VALUES (2, 2, '2026-11-24T13:20:05.123Z', 0, 0, NULL, 0, NULL, NULL, 0, 0, 0, 0, 0);
INSERT INTO "run_tags" ("run_id", "tag_id") VALUES (2, 1);
INSERT INTO "run_values" ("run_id", "position", "set_uid", "name", "values_id") VALUES (1, 0, NULL, '', 1);
INSERT INTO "run_values" ("run_id", "position", "set_uid", "name", "values_id") VALUES (2, 0, NULL, '', 1);
INSERT INTO "runs" ("id", "uid", "prompt_id", "kind", "number", "version_id", "based_on_id", "owner_uid", "started_at", "summary", "added", "removed", "verdict", "winner", "note", "starred", "archived", "blind") VALUES (1, 'r1', 1, 'iteration', 1, 1, NULL, 'owner', '2026-11-24T13:20:05.123Z', 'Be kind.', 5, 0, 'winner', 'one', '', 0, 0, 0);
INSERT INTO "runs" ("id", "uid", "prompt_id", "kind", "number", "version_id", "based_on_id", "owner_uid", "started_at", "summary", "added", "removed", "verdict", "winner", "note", "starred", "archived", "blind") VALUES (2, 'r2', 1, 'iteration', 2, 2, 1, 'owner', '2026-11-24T13:20:05.123Z', '礼儀正しく {{order}}', 5, 4, 'none', '', 'a note', 0, 0, 0);
INSERT INTO "saved_searches" ("id", "uid", "name", "query", "created_at") VALUES (1, 's', 'Cheap winners', 'winner:yes cost:<0.01', '2026-11-24T13:20:05.123Z');
INSERT INTO "search_names" ("id", "kind", "name") VALUES (1, 'model', 'echo');
INSERT INTO "search_names" ("id", "kind", "name") VALUES (2, 'model', 'vendor/one');
INSERT INTO "steps" ("output_id", "seq", "kind", "body") VALUES (1, 0, 'reasoning', '{"text":"Look it up.","opaque":"{\"signature\":\"ab\"}"}');
INSERT INTO "steps" ("output_id", "seq", "kind", "body") VALUES (1, 1, 'tool_call', '{"text":"{\"order\": \"123\"}","name":"lookup_order","call_id":"call-1"}');
INSERT INTO "steps" ("output_id", "seq", "kind", "body") VALUES (1, 2, 'tool_result', '{"text":"in transit","name":"lookup_order","call_id":"call-1"}');
INSERT INTO "steps" ("output_id", "seq", "kind", "body") VALUES (1, 3, 'text', '{"text":"Your order 123 is on its way.\n\n"}');
INSERT INTO "tags" ("id", "name") VALUES (1, 'good');
INSERT INTO "unindexed" ("run_id", "next_set") VALUES (2, 0);
INSERT INTO "value_bodies" ("id", "exact", "hash", "body") VALUES (1, 'facf0e95ef2cd1589f7a7e6862080e969cb7cbd73602be2c862637d7bbb8ec73', 'facf0e95ef2cd1589f7a7e6862080e969cb7cbd73602be2c862637d7bbb8ec73', '{"order":"123ABCDEFG"}');
INSERT INTO "value_bodies" ("id", "exact", "hash", "body") VALUES (2, '91bc6327ca3acc17fc2452f39dc16c89722dd6c25ae44702cc3119fc44deecb5', '91bc6327ca3acc17fc2452f39dc16c89722dd6c25ae44702cc3119fc44deecb5', '{"order":"1"}');
INSERT INTO "verdict_outputs" ("verdict_id", "output_id", "shown", "place") VALUES (1, 1, 0, 2);
INSERT INTO "verdict_outputs" ("verdict_id", "output_id", "shown", "place") VALUES (1, 3, 1, 1);
INSERT INTO "verdict_outputs" ("verdict_id", "output_id", "shown", "place") VALUES (2, 1, 0, 1);
INSERT INTO "verdict_outputs" ("verdict_id", "output_id", "shown", "place") VALUES (2, 3, 1, 2);
INSERT INTO "verdicts" ("id", "uid", "prompt_id", "run_id", "value_set", "kind", "blind", "supersedes_id", "created_at") VALUES (1, 'verdict-1', 1, 1, 0, 'winner', 0, NULL, '2026-11-24T13:20:09.456Z');
INSERT INTO "verdicts" ("id", "uid", "prompt_id", "run_id", "value_set", "kind", "blind", "supersedes_id", "created_at") VALUES (2, 'verdict-2', 1, 1, 0, 'winner', 1, 1, '2026-11-24T13:20:09.456Z');
INSERT INTO "version_techniques" ("version_id", "technique", "name", "brought", "used") VALUES (1, 'role', 'Give it a role', '', 1);
INSERT INTO "version_techniques" ("version_id", "technique", "name", "brought", "used") VALUES (2, 'own:calm', 'Calm', '', 0);
INSERT INTO "versions" ("id", "uid", "prompt_id", "number", "content_id", "parent_id", "branched", "note", "created_at") VALUES (1, 'r1.version', 1, 1, 1, NULL, 0, '', '2026-11-24T13:20:05.123Z');
INSERT INTO "versions" ("id", "uid", "prompt_id", "number", "content_id", "parent_id", "branched", "note", "created_at") VALUES (2, 'r2.version', 1, 2, 2, 1, 0, '', '2026-11-24T13:20:05.123Z');
INSERT INTO run_search (rowid, text, facts) VALUES (1, 'Be kind.

Where is {{order}}?

123ABCDEFG

Your order 123 is on its way.



half an ans

 注  文  を  確  認  し  ま  す 。', 'all p1 m1 m2 wyes c29 n49 d51 kiteration');
