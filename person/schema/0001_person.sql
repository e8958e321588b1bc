-- Who signs in. login is lower case and unlike every other person's; handle is the WebAuthn user handle, 64 random bytes. A
-- row stays when its person was removed: its number is never given again, and its name says who did what; its login is ''.
CREATE TABLE person (
  log_id  {int} NOT NULL,
  id      {int} NOT NULL,
  member  {int} NOT NULL,
  login   {text} NOT NULL,
  name    {text} NOT NULL,
  role    {text} NOT NULL,
  handle  {blob} NOT NULL,
  created {int} NOT NULL,
  seen    {int} NOT NULL,
  removed {int} NOT NULL,
  PRIMARY KEY (log_id, id)
);
CREATE UNIQUE INDEX person_login ON person (log_id, login) WHERE removed = 0;
CREATE UNIQUE INDEX person_handle ON person (log_id, handle);
CREATE INDEX person_member ON person (log_id, member);

-- One-time links: h is a keyed hash of the token. person 0 is the first person of the member, whoever that is when the link
-- is taken. used is 0 until then; agent is where it was taken.
CREATE TABLE person_link (
  log_id {int} NOT NULL,
  h      {blob} NOT NULL,
  member {int} NOT NULL,
  person {int} NOT NULL,
  made   {int} NOT NULL,
  until  {int} NOT NULL,
  used   {int} NOT NULL,
  agent  {text} NOT NULL,
  PRIMARY KEY (log_id, h)
);
CREATE INDEX person_link_member ON person_link (log_id, member);
CREATE INDEX person_link_person ON person_link (log_id, person);

-- Open sessions: h is a keyed hash of the cookie's secret; seen is written in batches; fresh is when a factor was last proven.
CREATE TABLE person_session (
  log_id  {int} NOT NULL,
  id      {int} NOT NULL,
  person  {int} NOT NULL,
  h       {blob} NOT NULL,
  how     {text} NOT NULL,
  agent   {text} NOT NULL,
  started {int} NOT NULL,
  seen    {int} NOT NULL,
  fresh   {int} NOT NULL,
  until   {int} NOT NULL,
  PRIMARY KEY (log_id, id)
);
CREATE UNIQUE INDEX person_session_hash ON person_session (log_id, h);
CREATE INDEX person_session_person ON person_session (log_id, person);

-- Passwords (argon2id) with the secret of the second factor (encrypted). pending 1 is one that waits for its first code until
-- that time; step is the last time step that was used.
CREATE TABLE person_password (
  log_id  {int} NOT NULL,
  person  {int} NOT NULL,
  pending {int} NOT NULL,
  hash    {blob} NOT NULL,
  totp    {blob} NOT NULL,
  step    {int} NOT NULL,
  made    {int} NOT NULL,
  PRIMARY KEY (log_id, person, pending)
);

-- Recovery codes that were not used yet: h is a keyed hash.
CREATE TABLE person_recovery (
  log_id {int} NOT NULL,
  person {int} NOT NULL,
  h      {blob} NOT NULL,
  PRIMARY KEY (log_id, person, h)
){norowid};

-- Networks from which a person signed in with a password: h is a keyed hash. They are let through when strangers guess.
CREATE TABLE person_network (
  log_id {int} NOT NULL,
  person {int} NOT NULL,
  h      {blob} NOT NULL,
  seen   {int} NOT NULL,
  PRIMARY KEY (log_id, person, h)
){norowid};

-- Passkeys: id is the credential's, data what package web/passkey keeps of it (public key, counter).
CREATE TABLE person_passkey (
  log_id  {int} NOT NULL,
  id      {blob} NOT NULL,
  person  {int} NOT NULL,
  name    {text} NOT NULL,
  data    {blob} NOT NULL,
  created {int} NOT NULL,
  used    {int} NOT NULL,
  PRIMARY KEY (log_id, id)
);
CREATE INDEX person_passkey_person ON person_passkey (log_id, person);

-- Who a person is at an OpenID provider.
CREATE TABLE person_identity (
  log_id  {int} NOT NULL,
  issuer  {text} NOT NULL,
  subject {text} NOT NULL,
  person  {int} NOT NULL,
  created {int} NOT NULL,
  PRIMARY KEY (log_id, issuer, subject)
);
CREATE INDEX person_identity_person ON person_identity (log_id, person);
