package main

// #include "shim.h"
import "C"

import (
	"context"
	"fmt"
	"runtime/cgo"
	"sync"
	"time"
	"unsafe"
)

// What a store may need of the header's numbers; it has more.
const (
	ok           = status(C.ECP_OK)
	created      = status(C.ECP_CREATED)
	notFound     = status(C.ECP_NOT_FOUND)
	exists       = status(C.ECP_EXISTS)
	denied       = status(C.ECP_DENIED)
	precondition = status(C.ECP_PRECONDITION)
	removed      = status(C.ECP_REMOVED)
	busy         = status(C.ECP_BUSY)
	unavailable  = status(C.ECP_UNAVAILABLE)
	cancelled    = status(C.ECP_CANCELLED)
	internal     = status(C.ECP_INTERNAL)

	levelInfo  = C.ECP_LOG_INFO
	levelWarn  = C.ECP_LOG_WARN
	levelError = C.ECP_LOG_ERROR

	healthOK   = C.ECP_HEALTH_OK
	healthDown = C.ECP_HEALTH_DOWN
)

type status int32

// A copy: nothing in it is the host's.
type request struct {
	namespace, deviceID string
	body                []byte
}

type reply struct {
	status     status
	body       string
	revision   string
	message    string // for the operator
	retryAfter time.Duration
}

// The host, as one instance sees it. Safe from any goroutine, until stop is completed.
type host struct{ self *C.instance }

func (h host) log(level int32, message, key, value string) {
	C.shim_log(h.self, C.int32_t(level), 0, view(message), view(key), view(value))
}

// Tells the host how the back end is, with healthOK or healthDown.
func (h host) setHealth(state int32, reason string) {
	C.shim_set_health(h.self, C.int32_t(state), view(reason))
}

// What is behind a C.instance: the provider, and what it has not answered yet.
type running struct {
	provider *provider
	open     sync.WaitGroup
	mutex    sync.Mutex
	cancels  map[C.ecp_op]context.CancelFunc
}

func of(self *C.instance) *running { return cgo.Handle(self.handle).Value().(*running) }

// For one call of C: the bytes are the collector's again after it.
func view(s string) C.ecp_str {
	if s == "" {
		return C.ecp_str{}
	}
	bytes := []byte(s)
	return C.ecp_str{ptr: (*C.char)(unsafe.Pointer(&bytes[0])), len: C.uint64_t(len(bytes))}
}

func text(s C.ecp_str) string { return string(data(s)) }

func data(s C.ecp_str) []byte { return C.GoBytes(unsafe.Pointer(s.ptr), C.int(s.len)) }

func complete(self *C.instance, op C.ecp_op, r reply) {
	C.shim_complete(self, op, C.ecp_status(r.status), view(r.body), view(r.revision), view(r.message),
		C.uint32_t(r.retryAfter.Milliseconds()))
}

// To be deferred: a panic ends here, as an answer. One that left a goroutine would end the host.
func completePanic(self *C.instance, op C.ecp_op) {
	if p := recover(); p != nil {
		complete(self, op, reply{status: internal, message: fmt.Sprint("panic: ", p)})
	}
}

// Completes op with what do returns.
func finish(self *C.instance, op C.ecp_op, do func() reply) {
	defer completePanic(self, op)
	complete(self, op, do())
}

// The same for options: every error is a finding.
func judge(diag C.ecp_diag_fn, arg unsafe.Pointer, do func() error) (verdict C.ecp_status) {
	report := func(what string) { C.shim_find(diag, arg, view(""), view(what)) }
	defer func() {
		if p := recover(); p != nil {
			report(fmt.Sprint("panic: ", p))
			verdict = C.ECP_INTERNAL
		}
	}()
	if err := do(); err != nil {
		report(err.Error())
		return C.ECP_INVALID
	}
	return C.ECP_OK
}

//export goValidate
func goValidate(cfg C.ecp_str, diag C.ecp_diag_fn, arg unsafe.Pointer) C.ecp_status {
	return judge(diag, arg, func() error {
		_, err := readOptions(data(cfg))
		return err
	})
}

//export goCreate
func goCreate(self *C.instance, cfg C.ecp_str, diag C.ecp_diag_fn, arg unsafe.Pointer) C.ecp_status {
	return judge(diag, arg, func() error {
		chosen, err := readOptions(data(cfg))
		if err != nil {
			return err
		}
		made := &running{provider: newProvider(host{self}, chosen), cancels: map[C.ecp_op]context.CancelFunc{}}
		self.handle = C.uintptr_t(cgo.NewHandle(made))
		return nil
	})
}

//export goStart
func goStart(self *C.instance, op C.ecp_op) {
	finish(self, op, func() reply { return of(self).provider.start() })
}

// The host sends nothing any more. What is open is completed first, then the stop.
//
//export goStop
func goStop(self *C.instance, op C.ecp_op) {
	finish(self, op, func() reply {
		of(self).open.Wait()
		return of(self).provider.stop()
	})
}

//export goDestroy
func goDestroy(self *C.instance) {
	defer func() { _ = recover() }()
	cgo.Handle(self.handle).Delete()
}

//export goCancel
func goCancel(self *C.instance, op C.ecp_op) {
	defer func() { _ = recover() }()
	r := of(self)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if cancel := r.cancels[op]; cancel != nil {
		cancel()
	}
}

// Answers on a goroutine of its own. req is the host's, and stays as it is until op is completed.
//
//export goCall
func goCall(self *C.instance, which C.int, req *C.ecp_request, op C.ecp_op) {
	defer completePanic(self, op)
	r := of(self)
	ctx, cancel := withDeadline(self, req)
	r.mutex.Lock()
	r.cancels[op] = cancel
	r.mutex.Unlock()
	r.open.Add(1)
	go func() {
		defer r.open.Done()
		finish(self, op, func() reply {
			defer r.forget(op)
			return r.provider.answer(ctx, which, req)
		})
	}()
}

func withDeadline(self *C.instance, req *C.ecp_request) (context.Context, context.CancelFunc) {
	if req.deadline_ns == 0 {
		return context.WithCancel(context.Background())
	}
	left := time.Duration(int64(req.deadline_ns - C.shim_now(self)))
	return context.WithTimeout(context.Background(), left)
}

func (r *running) forget(op C.ecp_op) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.cancels[op]()
	delete(r.cancels, op)
}

func (p *provider) answer(ctx context.Context, which C.int, req *C.ecp_request) reply {
	copied := request{namespace: text(req.ns), deviceID: text(req.device_id), body: data(req.body)}
	switch which {
	case C.GET_CONFIGURATION:
		return p.getConfiguration(ctx, copied)
	case C.ENROL:
		return p.enrol(ctx, copied)
	case C.GET_REGISTRATION:
		return p.getRegistration(ctx, copied)
	case C.PUT_REGISTRATION:
		return p.putRegistration(ctx, copied)
	case C.PUT_HEARTBEAT:
		return p.putHeartbeat(ctx, copied)
	default:
		return p.getPlaybooks(ctx, copied)
	}
}

func main() {} // -buildmode=c-shared wants one; it is never called
