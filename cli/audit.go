package cli

import (
	"bufio"
	"errors"
	"io"
	"net/http"

	"tocsin/app"
	"tocsin/audit"
	"tocsin/fault"
	"tocsin/member"
)

type auditCmd struct {
	Export auditExportCmd `cmd:"" help:"Print the audit record as JSON lines, each with its hash."`
}

type auditExportCmd struct {
	either
	Since int64 `help:"Only rows after this number." placeholder:"N"`
}

// Help is the example that --help shows.
func (auditExportCmd) Help() string {
	return "Example:\n  tocsin audit export --since 1200 > audit.jsonl\n\n" +
		"The key of an auditor or operator gives everything, another member's what its own people did.\n" +
		"hash is the SHA-256 of the line without it (...,\"before\":\"...\"}); before is the hash of the row before.\n" +
		"Entries of kind audit in the log commit to it; tocsin fsck compares them."
}

func (cmd auditExportCmd) Run(c *call) error {
	out := bufio.NewWriter(c.Out)
	if cmd.Data != "" || cmd.DB != "" {
		return withNode(c.ctx, local{cmd.Data, cmd.Keys, cmd.DB}, false, func(n *app.Node) error {
			err := n.Exchange.ExportAudit(c.ctx, member.Session{Exchange: true}, cmd.Since, func(r audit.Row) error {
				out.Write(r.Line())
				return out.WriteByte('\n')
			})
			return errors.Join(err, out.Flush())
		})
	}
	a, err := remote{cmd.Server, cmd.Key}.client().send(c.ctx, http.MethodGet, "/api/v1/audit?since="+itoa(cmd.Since), nil, nil)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if _, err := io.Copy(out, a.Body); err != nil {
		return errors.Join(fault.Because(err, fault.Unreachable, "the node's answer ended too early; the record is not complete"), out.Flush())
	}
	return out.Flush()
}
