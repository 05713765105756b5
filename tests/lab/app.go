// A small web app to deploy in tests. /etc/app.json says how it behaves.
//
//	/, /version  its version: KAMAL_VERSION, or else the one in its image
//	/up          its health
//	/wait/N      its version, after N seconds
//	/echo        a WebSocket that sends back what it gets
//	others       files of /www
//
// Variables make it misbehave: APP_ADDRESS is where it listens, APP_HOST the only host name that it answers to,
// APP_UP_STATUS, APP_UP_LOCATION and APP_UP_SECONDS what /up answers and when, APP_MEMORY MiB that it takes, APP_EXIT its end at once,
// APP_ANSWER what it answers in the place of its version.
package main

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

type settings struct {
	Kind    string
	Version string
	Seconds float64
	Status  int
	Port    int
}

// Requests without an answer yet.
var underWay atomic.Int64

func main() {
	app := read()
	fmt.Printf("starting %s app, version %s\n", app.Kind, app.Version)
	if app.Kind == "crashing" {
		fmt.Println("cannot open the database: no such host")
		os.Exit(3)
	}
	misbehave()
	address := fmt.Sprintf("%s:%d", os.Getenv("APP_ADDRESS"), app.Port)
	server := &http.Server{Addr: address, Handler: counted(onlyFor(os.Getenv("APP_HOST"), app.handler()))}
	ended := make(chan struct{})
	go app.shutDown(server, ended)
	fmt.Printf("listening on port %d\n", app.Port)
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	<-ended
}

func misbehave() {
	if mebibytes, err := strconv.Atoi(os.Getenv("APP_MEMORY")); err == nil {
		memory := make([]byte, mebibytes<<20)
		for i := range memory {
			memory[i] = 1
		}
	}
	if status, err := strconv.Atoi(os.Getenv("APP_EXIT")); err == nil {
		fmt.Println("cannot go on")
		os.Exit(status)
	}
}

func onlyFor(host string, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host != "" && r.Host != host {
			http.Error(w, "Blocked host: "+r.Host, http.StatusForbidden)
			return
		}
		handler.ServeHTTP(w, r)
	})
}

func read() settings {
	var app settings
	text, err := os.ReadFile("/etc/app.json")
	if err == nil {
		err = json.Unmarshal(text, &app)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if version := os.Getenv("KAMAL_VERSION"); version != "" {
		app.Version = version
	}
	if answer := os.Getenv("APP_ANSWER"); answer != "" {
		app.Version = answer
	}
	return app
}

// Answers what is under way before it ends; a deaf app never learns that it should.
func (app settings) shutDown(server *http.Server, ended chan<- struct{}) {
	if app.Kind == "deaf" {
		signal.Ignore(syscall.SIGTERM)
		return
	}
	terminate := make(chan os.Signal, 1)
	signal.Notify(terminate, syscall.SIGTERM)
	<-terminate
	fmt.Printf("stopping version %s\n", app.Version)
	// A connection that was opened and never used would hold Shutdown up for five seconds.
	for !shutDownSoon(server) && underWay.Load() > 0 {
	}
	close(ended)
}

func shutDownSoon(server *http.Server) bool {
	soon, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	return server.Shutdown(soon) == nil
}

func counted(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		underWay.Add(1)
		defer underWay.Add(-1)
		handler.ServeHTTP(w, r)
	})
}

func (app settings) handler() http.Handler {
	mux := http.NewServeMux()
	if app.Kind == "unhealthy" {
		mux.HandleFunc("/", app.refuse)
		return mux
	}
	version := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, app.Version) }
	mux.HandleFunc("/{$}", version)
	mux.HandleFunc("/version", version)
	mux.HandleFunc("/up", app.up(time.Now()))
	mux.HandleFunc("/wait/{seconds}", func(w http.ResponseWriter, r *http.Request) {
		seconds, _ := strconv.ParseFloat(r.PathValue("seconds"), 64)
		time.Sleep(time.Duration(seconds * float64(time.Second)))
		version(w, r)
	})
	mux.HandleFunc("/echo", echo)
	mux.Handle("/", http.FileServer(http.Dir("/www")))
	return mux
}

func (app settings) up(started time.Time) http.HandlerFunc {
	status, _ := strconv.Atoi(os.Getenv("APP_UP_STATUS"))
	seconds, _ := strconv.ParseFloat(os.Getenv("APP_UP_SECONDS"), 64)
	return func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(time.Duration(seconds * float64(time.Second)))
		if status != 0 {
			w.Header().Set("Location", os.Getenv("APP_UP_LOCATION"))
			w.WriteHeader(status)
			return
		}
		if app.Kind == "slow" && time.Since(started).Seconds() < app.Seconds {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "OK")
	}
}

func (app settings) refuse(w http.ResponseWriter, r *http.Request) {
	fmt.Printf("%s %s %d\n", r.Method, r.URL.Path, app.Status)
	if app.Status == http.StatusMovedPermanently {
		w.Header().Set("Location", "https://app.example.com"+r.URL.Path)
	}
	w.WriteHeader(app.Status)
}

// Sends the frames of a WebSocket back as they come, without their mask.
func echo(w http.ResponseWriter, r *http.Request) {
	connection, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer connection.Close()
	digest := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	fmt.Fprintf(connection, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(digest[:]))
	for {
		head := make([]byte, 6)
		if _, err := io.ReadFull(buffered, head); err != nil || head[0]&0x0f == 8 {
			return
		}
		text := make([]byte, head[1]&0x7f)
		if _, err := io.ReadFull(buffered, text); err != nil {
			return
		}
		for i := range text {
			text[i] ^= head[2+i%4]
		}
		connection.Write(append([]byte{head[0], byte(len(text))}, text...))
	}
}
