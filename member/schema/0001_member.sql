-- Who shares here. fold is the name in the form in which names are compared; identity the STIX identity under which the
-- member is known when it agreed to be named. A row stays when its member was removed: its number is never given again.
CREATE TABLE member (
  log_id    {int} NOT NULL,
  id        {int} NOT NULL,
  name      {text} NOT NULL,
  fold      {text} NOT NULL,
  role      {text} NOT NULL,
  identity  {text} NOT NULL,
  named     {int} NOT NULL,
  publisher {int} NOT NULL,
  created   {int} NOT NULL,
  removed   {int} NOT NULL,
  PRIMARY KEY (log_id, id)
);
CREATE UNIQUE INDEX member_name ON member (log_id, fold) WHERE removed = 0;
CREATE UNIQUE INDEX member_identity ON member (log_id, identity);

-- Registered domains, lower case, in their ASCII form. A domain belongs to one member.
CREATE TABLE member_domain (
  log_id {int} NOT NULL,
  domain {text} NOT NULL,
  member {int} NOT NULL,
  PRIMARY KEY (log_id, domain)
){norowid};

-- Keys: h is a keyed hash, so the table opens nothing; hint the first characters. A removed key keeps its row, so that its
-- number is never given again.
CREATE TABLE member_key (
  log_id  {int} NOT NULL,
  id      {int} NOT NULL,
  member  {int} NOT NULL,
  h       {blob} NOT NULL,
  feed    {int} NOT NULL,
  hint    {text} NOT NULL,
  created {int} NOT NULL,
  removed {int} NOT NULL,
  PRIMARY KEY (log_id, id)
);
CREATE UNIQUE INDEX member_key_hash ON member_key (log_id, h);

-- Sharing groups: aud is the audience, from 16 up, never given again.
CREATE TABLE sharing_group (
  log_id  {int} NOT NULL,
  aud     {int} NOT NULL,
  name    {text} NOT NULL,
  fold    {text} NOT NULL,
  created {int} NOT NULL,
  removed {int} NOT NULL,
  PRIMARY KEY (log_id, aud)
);
CREATE UNIQUE INDEX sharing_group_name ON sharing_group (log_id, fold) WHERE removed = 0;

CREATE TABLE group_member (
  log_id {int} NOT NULL,
  aud    {int} NOT NULL,
  member {int} NOT NULL,
  PRIMARY KEY (log_id, aud, member)
){norowid};
CREATE INDEX group_member_member ON group_member (log_id, member);

-- What a receiver lets a source do; no row means block, the trust that members of one node begin with. circle is what the
-- word covers: 0 what it sees under the source's pseudonym in the community, from 16 up that in a sharing group, -1 everything.
CREATE TABLE trust (
  log_id   {int} NOT NULL,
  receiver {int} NOT NULL,
  source   {int} NOT NULL,
  circle   {int} NOT NULL,
  trust    {text} NOT NULL,
  PRIMARY KEY (log_id, receiver, source, circle)
){norowid};
