package main

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"os"
	"time"

	dav "golang.org/x/net/webdav"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/webdav"
)

// serveWebDAV serves dir on loopback until ctx ends and opens it as a place, signed in
// with a password of its own.
func serveWebDAV(ctx context.Context, dir string) (store.Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	password := hex.EncodeToString(secret.Random(16).Reveal())
	files := &dav.Handler{FileSystem: dav.Dir(dir), LockSystem: dav.NewMemLS()}
	server := &http.Server{Handler: signedIn(password, files), ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener)
	context.AfterFunc(ctx, func() { server.Close() })
	return webdav.Open(ctx, webdav.Config{
		URL: "http://" + listener.Addr().String() + "/", User: "demo", Password: secret.New([]byte(password))})
}

func signedIn(password string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, given, _ := r.BasicAuth()
		if subtle.ConstantTimeCompare([]byte(given), []byte(password)) != 1 {
			w.Header().Set("WWW-Authenticate", `Basic realm="demo"`)
			http.Error(w, "sign in", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}
