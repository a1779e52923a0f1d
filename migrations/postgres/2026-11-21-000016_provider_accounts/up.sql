-- The account at an identity provider that somebody signs in with: one at each provider, and each account
-- is one person's. It is the first one that came with their e-mail address, so that nobody gets in by an
-- address that has been given to somebody else since.

CREATE TABLE provider_accounts (
    person uuid NOT NULL REFERENCES users (id),
    issuer text NOT NULL,
    subject text NOT NULL,
    PRIMARY KEY (person, issuer),
    UNIQUE (issuer, subject)
);
