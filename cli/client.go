package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tocsin/api"
	"tocsin/fault"
)

// remote is the flags of commands that reach a node.
type remote struct {
	Server string `help:"Address of the node." env:"TOCSIN_SERVER" default:"http://127.0.0.1:8470" placeholder:"URL"`
	Key    string `help:"Your key." env:"TOCSIN_KEY" placeholder:"KEY"`
}

// client speaks to a node's API.
type client struct {
	base, key string
	http      *http.Client
}

func (r remote) client() *client {
	return &client{base: strings.TrimRight(r.Server, "/"), key: r.Key, http: &http.Client{}}
}

// send makes a request and gives the response if its code is below 400.
func (c *client) send(ctx context.Context, method, path string, body io.Reader, header http.Header) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the address of the node is not a URL such as http://127.0.0.1:8470")
	}
	maps.Copy(r.Header, header)
	if c.key != "" {
		r.Header.Set("Authorization", "Bearer "+c.key)
	}
	a, err := c.http.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fault.Because(reason(err), fault.Unreachable, "%s doesn't answer; is the node running there (--server, TOCSIN_SERVER)?", c.base)
	}
	if a.StatusCode < 400 {
		return a, nil
	}
	defer a.Body.Close()
	return nil, problem(a)
}

// reason drops the URL that net/http puts before an error.
func reason(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// problem turns an error answer back into a fault.
func problem(a *http.Response) error {
	var p struct {
		Detail string `json:"detail"`
		Title  string `json:"title"`
	}
	b, _ := io.ReadAll(io.LimitReader(a.Body, 1<<20)) // what did arrive is looked at
	if json.Unmarshal(b, &p) != nil || p.Detail == "" && p.Title == "" {
		p.Detail = "the node answered " + a.Status
	}
	if p.Detail == "" {
		p.Detail = p.Title
	}
	kind := fault.Invalid
	switch a.StatusCode {
	case http.StatusUnauthorized:
		kind = fault.Unauthenticated
		p.Detail += " (--key, TOCSIN_KEY)"
	case http.StatusForbidden:
		kind = fault.Forbidden
	case http.StatusNotFound:
		kind = fault.NotFound
	case http.StatusConflict:
		kind = fault.Conflict
	case http.StatusUnprocessableEntity:
		kind = fault.Refused
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		kind = fault.Busy
	case http.StatusRequestEntityTooLarge:
		kind = fault.TooLarge
	}
	return fault.New(kind, "%s", p.Detail)
}

// json makes a request with a JSON body (nil: none) and reads a JSON answer (nil: none).
func (c *client) json(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	header := http.Header{}
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
		header.Set("Content-Type", "application/json")
	}
	a, err := c.send(ctx, method, path, body, header)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(a.Body).Decode(out); err != nil {
		return fault.Because(err, fault.Unreachable, "the node's answer ended too early")
	}
	return nil
}

// file sends a report, or asks for its preview.
func (c *client) file(ctx context.Context, path string, query url.Values, body io.Reader, idempotency string, out any) error {
	header := http.Header{"Content-Type": {"application/octet-stream"}}
	if idempotency != "" {
		header.Set("Idempotency-Key", idempotency)
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	a, err := c.send(ctx, http.MethodPost, path, body, header)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if err := json.NewDecoder(a.Body).Decode(out); err != nil {
		return fault.Because(err, fault.Unreachable, "the node's answer ended too early; send the report again: it is kept once")
	}
	return nil
}

// me asks whose the key is; it also tells the log's public key.
func (c *client) me(ctx context.Context) (m api.Me, err error) {
	err = c.json(ctx, http.MethodGet, "/api/v1/me", nil, &m)
	return m, err
}

// text reads a text answer whole.
func (c *client) text(ctx context.Context, path string) (string, http.Header, error) {
	a, err := c.send(ctx, http.MethodGet, path, nil, nil)
	if err != nil {
		return "", nil, err
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		return "", nil, fault.Because(err, fault.Unreachable, "the node's answer ended too early")
	}
	return string(b), a.Header, nil
}

// until calls f every few milliseconds until it holds or the time is over.
func until(ctx context.Context, limit time.Duration, f func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := f(); ok || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("it did not happen within %v", limit)
		}
	}
}
