package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"tocsin/app"
	"tocsin/fault"
)

type fsckCmd struct {
	local
	JSON bool `help:"Print JSON."`
}

// Help is the example that --help shows.
func (fsckCmd) Help() string {
	return "Example:\n  tocsin fsck --data tocsin-data\n\nReads everything and writes nothing; exits 1 if something is wrong."
}

func (cmd fsckCmd) Run(c *call) error {
	return withNode(c.ctx, cmd.local, false, func(n *app.Node) error {
		got, err := n.Exchange.Fsck(c.ctx, c.progress("checked"))
		if err != nil {
			return err
		}
		if cmd.JSON {
			if err := c.json(got); err != nil {
				return err
			}
		} else {
			for _, f := range got.Findings {
				c.say("WRONG\t%s\t%s", f.Place, f.Detail)
			}
			c.say("checked %d entries, %d objects, %d receipts: %d wrong", got.Entries, got.Objects, got.Receipts, len(got.Findings))
		}
		if len(got.Findings) > 0 {
			return ended(exitFailed)
		}
		return nil
	})
}

// progress shows a counter on a terminal and nothing in a pipe.
func (c *call) progress(what string) func(done, size int64) {
	return func(done, size int64) {
		if c.Terminal && (done%1000 == 0 || done == size) {
			fmt.Fprintf(c.Err, "\r%s %d of %d", what, done, size)
		}
	}
}

type backupCmd struct {
	local
	File string `arg:"" help:"The copy; it must not exist yet."`
}

// Help is the example that --help shows.
func (backupCmd) Help() string {
	return "Example:\n  tocsin backup monday.backup --data tocsin-data\n\nThe node may run meanwhile. Keys are not in it: keep their folder apart."
}

func (cmd backupCmd) Run(c *call) error {
	if _, err := os.Stat(cmd.File); err == nil {
		return fault.New(fault.Conflict, "%s exists; name a new file", cmd.File)
	}
	return withNode(c.ctx, cmd.local, false, func(n *app.Node) error {
		if err := n.DB.Backup(c.ctx, cmd.File); err != nil {
			return err
		}
		c.say("%s holds the store; its keys are not in it", filepath.Base(cmd.File))
		return nil
	})
}

type restoreCmd struct {
	local
	File       string `arg:"" help:"The backup."`
	OldKeys    string `help:"The keys folder that belonged to the backup." required:"" placeholder:"DIR"`
	Checkpoint string `help:"The newest checkpoint of the old log that anybody has (default: the backup's own)." placeholder:"FILE"`
}

// Help is the example that --help shows.
func (restoreCmd) Help() string {
	return "Example:\n  tocsin restore monday.backup --old-keys tocsin-data-keys --data restored\n\n" +
		"Opens a new log over the old one's entries, under a new key: receipts of the old log keep verifying under the old key."
}

func (cmd restoreCmd) Run(c *call) error {
	var checkpoint []byte
	if cmd.Checkpoint != "" {
		var err error
		if checkpoint, err = c.read(cmd.Checkpoint, 1<<20); err != nil {
			return err
		}
	}
	key, err := app.Restore(c.ctx, cmd.config(), cmd.File, cmd.OldKeys, checkpoint)
	if err != nil {
		return err
	}
	if err := pin(key); err != nil {
		return err
	}
	c.say("restored as a new log; its public key:\n%s", key)
	return nil
}
