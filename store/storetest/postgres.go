package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

// ServerEnv names the environment variable with the URL of a running server in
// which schemas may be made: CI starts one for all packages.
const ServerEnv = "TOCSIN_TEST_POSTGRES"

// Opener opens one database, the same one each time it is called in a test: two
// stores on it stand for two processes.
type Opener func(t testing.TB, with ...func(*store.Config)) *store.DB

// Engines runs a test on each engine, with a database of its own.
func Engines(t *testing.T, test func(t *testing.T, open Opener)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "store.db")
		test(t, opener(file))
	})
	t.Run("postgres", func(t *testing.T) { test(t, opener(Postgres(t))) })
}

func opener(url string) Opener {
	return func(t testing.TB, with ...func(*store.Config)) *store.DB {
		t.Helper()
		return OpenURL(t, url, with...)
	}
}

// Postgres makes a schema of its own on the shared server, which is much quicker than a
// database, and gives the URL whose tables are in it. The URL's application_name is
// the schema's name. The test is skipped where there is no server to be had; with CI
// set that fails it.
func Postgres(t testing.TB) string {
	t.Helper()
	server, err := shared()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("no PostgreSQL: %v", err)
		}
		t.Skipf("skipped on PostgreSQL: %v", err)
	}
	name := "t_" + strings.ToLower(rand.Text())
	admin := func(ctx context.Context, text string) error {
		conn, err := pgx.Connect(ctx, server.url)
		if err != nil {
			return err
		}
		_, err = conn.Exec(ctx, text)
		return errors.Join(err, conn.Close(ctx))
	}
	if err := admin(t.Context(), `CREATE SCHEMA `+name); err != nil {
		t.Fatalf("making a schema: %v", err)
	}
	t.Cleanup(func() {
		if err := admin(context.WithoutCancel(t.Context()), `DROP SCHEMA `+name+` CASCADE`); err != nil {
			t.Errorf("dropping the schema: %v", err)
		}
	})
	u, err := url.Parse(server.url)
	if err != nil {
		t.Fatalf("the server's URL: %v", err)
	}
	q := u.Query()
	q.Set("search_path", name)
	q.Set("application_name", name)
	u.RawQuery = q.Encode()
	return u.String()
}

// shared gives the one server of this test process, started when it is first needed.
var shared = once(startServer)

func once(f func() (*server, error)) func() (*server, error) { return sync.OnceValues(f) }

// server is a running server. Its supervisor stops it and removes its folder when
// alive closes, so also when this process ends in whatever way.
type server struct {
	url   string
	alive io.Closer
}

// supervisor runs the server until its input ends. It is given the folder and the port.
// It syncs nothing: what the tests kill is the program, never the machine.
const supervisor = `"$2/postgres" -D "$1/data" -k "$1" -p "$3" -c listen_addresses=127.0.0.1 -c max_connections=200 -c fsync=off -c full_page_writes=off >"$1/log" 2>&1 &
read -r _; kill -QUIT $!; wait $!; rm -rf "$1"`

func startServer() (_ *server, err error) {
	if u := os.Getenv(ServerEnv); u != "" {
		return &server{url: u}, nil
	}
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "tocsin-postgres-")
	if err != nil {
		return nil, err
	}
	as, err := serverUser(dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "tocsin", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions", "--no-sync")
	initdb.SysProcAttr = as
	initdb.Dir = dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w: %s", err, out), os.RemoveAll(dir))
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	run := exec.Command("sh", "-c", supervisor, "sh", dir, bin, strconv.Itoa(port))
	run.SysProcAttr = as
	run.Dir = dir
	alive, err := run.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := run.Start(); err != nil {
		return nil, err
	}
	s := &server{url: fmt.Sprintf("postgres://tocsin@127.0.0.1:%d/postgres?sslmode=disable", port), alive: alive}
	if err := s.await(); err != nil {
		text, _ := os.ReadFile(filepath.Join(dir, "log")) // it only adds to err
		return nil, errors.Join(fmt.Errorf("the server doesn't answer: %w: %s", err, text), alive.Close())
	}
	return s, nil
}

// await waits until the server lets somebody in.
func (s *server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.url)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// binaries finds the folder of initdb and postgres, the newest where there are several.
func binaries() (string, error) {
	dirs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.Reverse(dirs)
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for _, d := range dirs {
		if _, err := os.Stat(filepath.Join(d, "initdb")); err == nil {
			return d, nil
		}
	}
	return "", errors.New("initdb is neither where pg_config says nor in /usr/lib/postgresql/*/bin; install postgresql, or set " + ServerEnv)
}

// serverUser gives the folder to the user postgres when this process is root,
// as which the server refuses to run.
func serverUser(dir string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL refuses to run as root, and there is no user postgres: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	cred := &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return &syscall.SysProcAttr{Credential: cred}, os.Chown(dir, int(uid), int(gid))
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
