package peer

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// apacheModules are where Debian and macOS keep Apache's modules.
var apacheModules = []string{"/usr/lib/apache2/modules", "/usr/libexec/apache2"}

// Apache starts an Apache HTTP server with mod_dav on loopback and returns the address of
// an empty WebDAV folder, and who may use it. It ends with the test.
func Apache(t testing.TB) (url, username, password string) {
	t.Helper()
	program := Command(t, "apache2", "httpd")
	dir := apacheDir(t)
	username, password = "samantha", "correct horse"
	sum := sha1.Sum([]byte(password))
	write(t, filepath.Join(dir, "passwd"), username+":{SHA}"+base64.StdEncoding.EncodeToString(sum[:])+"\n")
	for range 3 { // somebody else may take the free port first
		addr := freeAddr(t)
		write(t, filepath.Join(dir, "httpd.conf"), apacheConfig(t, dir, addr))
		if startApache(t, program, dir, addr) {
			return "http://" + addr + "/dav/", username, password
		}
	}
	log, _ := os.ReadFile(filepath.Join(dir, "error.log"))
	t.Fatalf("Apache does not start:\n%s", log)
	return "", "", ""
}

// apacheDir makes a folder that Apache's unprivileged user reaches too.
func apacheDir(t testing.TB) string {
	dir, err := os.MkdirTemp("", "apache")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	os.Chmod(dir, 0o755)
	for _, sub := range []string{"run", "dav"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
		if nobody, err := user.Lookup("nobody"); err == nil && os.Getuid() == 0 {
			uid, _ := strconv.Atoi(nobody.Uid)
			os.Chown(filepath.Join(dir, sub), uid, -1)
		}
	}
	return dir
}

func apacheConfig(t testing.TB, dir, addr string) string {
	var b strings.Builder
	for _, m := range []string{"mpm_event", "authz_core", "authn_core", "authn_file", "authz_user", "auth_basic", "dav", "dav_fs", "alias", "unixd"} {
		if file := apacheModule(t, m); file != "" {
			fmt.Fprintf(&b, "LoadModule %s_module %s\n", m, file)
		}
	}
	if os.Getuid() == 0 { // Apache refuses to serve as root
		b.WriteString("User nobody\n")
	}
	fmt.Fprintf(&b, `ServerName localhost
Listen %[2]s
ServerRoot %[1]s
DocumentRoot %[1]s/dav
DefaultRuntimeDir %[1]s/run
PidFile %[1]s/run/pid
Mutex file:%[1]s/run default
ErrorLog %[1]s/error.log
DAVLockDB %[1]s/run/locks
Alias /dav %[1]s/dav
<Directory %[1]s/dav>
	Dav On
	AuthType Basic
	AuthName backups
	AuthUserFile %[1]s/passwd
	Require valid-user
</Directory>
`, dir, addr)
	return b.String()
}

func apacheModule(t testing.TB, name string) string {
	for _, dir := range apacheModules {
		if file := filepath.Join(dir, "mod_"+name+".so"); exists(file) {
			return file
		}
	}
	if name == "unixd" { // Debian builds it in
		return ""
	}
	leaveOut(t, "Apache's mod_"+name+" is not installed")
	return ""
}

// startApache tells whether Apache answers at addr.
func startApache(t testing.TB, program, dir, addr string) bool {
	cmd := exec.Command(program, "-f", filepath.Join(dir, "httpd.conf"), "-DFOREGROUND")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	t.Cleanup(func() { stop(cmd, ended) })
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		select {
		case <-ended:
			return false
		default:
		}
		if resp, err := http.Get("http://" + addr + "/dav/"); err == nil {
			resp.Body.Close()
			return resp.StatusCode == http.StatusUnauthorized
		}
	}
	return false
}

// stop ends a server gently, then by force.
func stop(cmd *exec.Cmd, ended <-chan struct{}) {
	cmd.Process.Signal(os.Interrupt)
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		cmd.Process.Kill()
		<-ended
	}
}

func freeAddr(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func write(t testing.TB, path, text string) {
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
