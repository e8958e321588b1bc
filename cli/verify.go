package cli

import (
	"os"
	"path/filepath"
	"strings"

	"tocsin/fault"
	"tocsin/ledger"
)

// pinFile is where the public keys of logs are remembered, a line each: the
// receipts of a log are then checked without naming its key again.
func pinFile() (string, error) {
	dir := os.Getenv("TOCSIN_HOME")
	if dir == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return "", fault.Because(err, fault.Invalid, "there is no home folder to remember the log's key in; set TOCSIN_HOME")
		}
		dir = filepath.Join(base, "tocsin")
	}
	return filepath.Join(dir, "log-keys"), nil
}

func pinned() (keys []string, file string, err error) {
	if file, err = pinFile(); err != nil {
		return nil, "", err
	}
	b, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		return nil, file, fault.Because(err, fault.Invalid, "the remembered log keys can't be read")
	}
	return strings.Fields(string(b)), file, nil
}

// pin remembers a log's public key. Another key under the name of a log that is
// known is refused: somebody may stand between.
func pin(key string) error {
	keys, file, err := pinned()
	if err != nil {
		return err
	}
	origin, _, _ := strings.Cut(key, "+")
	for _, k := range keys {
		if k == key {
			return nil
		}
		if name, _, _ := strings.Cut(k, "+"); name == origin {
			return fault.New(fault.Refused, "the node shows another key than before for the log %s; if its operator confirms the new one, delete the line from %s", origin, file)
		}
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fault.Because(err, fault.Invalid, "the log's key can't be remembered")
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fault.Because(err, fault.Invalid, "the log's key can't be remembered")
	}
	defer f.Close()
	if _, err := f.WriteString(key + "\n"); err != nil {
		return fault.Because(err, fault.Invalid, "the log's key can't be remembered")
	}
	return nil
}

type verifyCmd struct {
	Receipt string `arg:"" help:"File of the receipt."`
	LogKey  string `help:"File with the log's public key (C2SP verifier key)." placeholder:"FILE"`
	Object  string `help:"File with an object that the receipt should cover." placeholder:"FILE"`
	JSON    bool   `help:"Print JSON."`
}

// Help is the example that --help shows.
func (verifyCmd) Help() string {
	return "Example:\n  tocsin verify report-17.receipt --log-key log.pub\n\nNeeds no network. Says each thing that it checked; exits 1 if one doesn't hold."
}

// maxReceipt bounds a receipt file: a proof per part, and what each opens.
const maxReceipt = 256 << 20

func (cmd verifyCmd) Run(c *call) error {
	receipt, err := c.read(cmd.Receipt, maxReceipt)
	if err != nil {
		return err
	}
	key, err := cmd.key(c, receipt)
	if err != nil {
		return err
	}
	var object []byte
	if cmd.Object != "" {
		if object, err = c.read(cmd.Object, maxReceipt); err != nil {
			return err
		}
	}
	checks := ledger.Verify(receipt, key, object)
	holds := len(checks) > 0
	for _, k := range checks {
		holds = holds && k.OK
	}
	if cmd.JSON {
		if err := c.json(map[string]any{"holds": holds, "checks": checks}); err != nil {
			return err
		}
	} else {
		for _, k := range checks {
			mark := "ok"
			if !k.OK {
				mark = "FAILED"
			}
			c.say("%s\t%s\t%s", mark, k.Name, k.Detail)
		}
		if holds {
			c.say("the receipt holds")
		} else {
			c.say("the receipt does NOT hold")
		}
	}
	if !holds {
		return ended(exitFailed)
	}
	return nil
}

// key gives the log's key: from its file, or the one that was remembered for the
// log that the receipt's checkpoint names; "" when nobody vouches for one.
func (cmd verifyCmd) key(c *call, receipt []byte) (string, error) {
	if cmd.LogKey != "" {
		b, err := c.read(cmd.LogKey, 1<<16)
		return strings.TrimSpace(string(b)), err
	}
	keys, _, err := pinned()
	if err != nil {
		return "", err
	}
	for _, k := range keys {
		if origin, _, _ := strings.Cut(k, "+"); strings.Contains(string(receipt), "\n"+origin+"\n") {
			return k, nil
		}
	}
	return "", nil
}
