package exchange

import (
	"context"
	"encoding/json"
	"fmt"

	"tocsin/member"
)

// Status is a TAXII status resource (TAXII 2.1 section 4.3.1), always complete:
// an Add is answered when it is durable.
type Status struct {
	ID        string       `json:"id"`
	Status    string       `json:"status"`
	Requested string       `json:"request_timestamp"`
	Total     int          `json:"total_count"`
	Success   int          `json:"success_count"`
	Successes []StatusItem `json:"successes,omitempty"`
	Failure   int          `json:"failure_count"`
	Failures  []StatusItem `json:"failures,omitempty"`
	Pending   int          `json:"pending_count"`
}

// StatusItem is one object of a status.
type StatusItem struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Message string `json:"message,omitempty"`
}

// StatusOf makes the status of a filed report.
func StatusOf(id, requested string, f *Filed) Status {
	s := Status{ID: id, Status: "complete", Requested: requested}
	s.add(f.Objects, f.Failures, f.Held)
	return s
}

func (s *Status) add(objects []ObjectResult, failures []Failure, held []HeldResult) {
	waiting := map[string]int{}
	for _, h := range held {
		waiting[h.Object]++
	}
	for _, o := range objects {
		it := StatusItem{ID: o.ID, Version: o.Version}
		if it.Version == "" {
			it.Version = s.Requested
		}
		switch {
		case o.Submitted != "":
			it.ID, it.Message = o.Submitted, "published as "+o.ID
		case o.Duplicate:
			it.Message = "was there already"
		}
		if n := waiting[o.ID]; n > 0 {
			it.Message += fmt.Sprintf("; %d passages wait for a person", n)
		}
		s.Successes = append(s.Successes, it)
	}
	for _, f := range failures {
		it := StatusItem{ID: f.ID, Version: f.Version, Message: f.Place + ": " + f.Detail}
		if it.ID == "" {
			it.ID = f.Place
		}
		if it.Version == "" {
			it.Version = s.Requested
		}
		s.Failures = append(s.Failures, it)
	}
	s.Success, s.Failure = len(s.Successes), len(s.Failures)
	s.Total = s.Success + s.Failure
}

// statusOf is the stored form of the status of one part.
func (x *Exchange) statusOf(k *kept) ([]byte, error) {
	s := Status{ID: k.work.options.StatusID, Status: "complete", Requested: stixMicro(now().UnixMicro())}
	before := k.work.report // an Add of several parts has one status
	s.add(before.Objects, before.Failures, before.Held)
	s.add(k.results, k.failures, k.heldResults())
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("status: %w", err)
	}
	return x.compress(b), nil
}

// Status reads the status resource of an Add of this member, as JSON.
func (x *Exchange) Status(ctx context.Context, s member.Session, id string) ([]byte, error) {
	if err := s.May(member.ActRead); err != nil {
		return nil, err
	}
	body, err := x.book.Status(ctx, x.db.Reader(), id, int64(s.Member.ID))
	if err != nil {
		return nil, err
	}
	return expand(body)
}
