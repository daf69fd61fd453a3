// A complete provider for the edgeconf host, to copy and to change: it serves the devices of a fixed
// table. Everything in this file is yours; bridge.go and shim.c carry it to the host and can stay.
//
// <ecp/provider.h> is the contract. Each device call runs on a goroutine of its own, so it may wait:
// its context ends with the host's deadline, or when the host stops or cancels. A panic is answered for.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

type device struct{ id, namespace string }

var inventory = []device{
	{"line-1-press", "plant-1"},
	{"line-2-robot", "plant-2"},
}

// The one place that looks a device up. Ids differ when their case does; twin says whether there is
// no such device, but one whose id differs in nothing but case.
func find(id string) (found *device, twin bool) {
	for i := range inventory {
		if inventory[i].id == id {
			return &inventory[i], false
		}
		twin = twin || strings.EqualFold(inventory[i].id, id)
	}
	return nil, twin
}

// The host may run several at once: what one needs is in here, never in a variable of the package.
type provider struct {
	host   host
	period int // seconds between two heartbeats
}

type options struct {
	Period int `json:"period"`
}

// The host has checked them against config_schema in shim.c. Reads only: changes nothing.
func readOptions(text []byte) (options, error) {
	read := options{Period: 60}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		return read, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return read, errors.New("something follows the options")
	}
	if read.Period < 1 || read.Period > 3600 {
		return read, errors.New("period is a number of seconds from 1 to 3600")
	}
	return read, nil
}

func newProvider(h host, o options) *provider { return &provider{host: h, period: o.Period} }

// Connect, load, start goroutines (each with a recover of its own) here. A back end that is down is no
// failure: report it with setHealth, return ok, and answer calls with unavailable until it is back.
func (p *provider) start() reply { return reply{status: ok} }

// Every call is answered by now. End your own goroutines: none may use the host afterwards.
func (p *provider) stop() reply { return reply{status: ok} }

var unknown = reply{status: notFound, message: "the device is not in the inventory"}

// A device acts on what it is sent: a configuration without workloads removes all of them, and one
// without hardware_profile crashes its worker. So each message has every member below, always; the
// version is another one whenever the rest is.
const configuration = `{"device_id":%q,"version":"%d","configuration":{` +
	`"heartbeat":{"hardware_profile":{},"period_seconds":%d},` +
	`"metrics":{"receiver":{"request_num_samples":30000,"timeout_seconds":10}},"mounts":[]},"workloads":[]}`

func (p *provider) getConfiguration(_ context.Context, r request) reply {
	found, _ := find(r.deviceID)
	if found == nil {
		return unknown
	}
	return reply{status: ok, revision: fmt.Sprint(p.period),
		body: fmt.Sprintf(configuration, found.id, p.period, p.period)}
}

// Devices are not admitted here: who is in the table exists, nobody else ever will. A store that takes
// new ones answers created until somebody has approved them.
func (p *provider) enrol(_ context.Context, r request) reply {
	found, twin := find(r.deviceID)
	switch {
	case found != nil:
		return reply{status: ok}
	case twin:
		return reply{status: exists, message: "the id is taken in another case"}
	}
	p.host.log(levelInfo, "turned away a device that is not in the inventory", "device", r.deviceID)
	return reply{status: denied, message: unknown.message}
}

// Never removed: nothing in here records that somebody took a device out on purpose.
func (p *provider) getRegistration(_ context.Context, r request) reply {
	found, _ := find(r.deviceID)
	if found == nil {
		return unknown
	}
	return reply{status: ok, body: fmt.Sprintf(`{"namespace":%q}`, found.namespace)}
}

// ok lets the device's certificate out. To hold a device to its key, keep the public key of the first
// certificate request (in the body) and answer denied to any other.
func (p *provider) putRegistration(_ context.Context, r request) reply {
	if found, _ := find(r.deviceID); found == nil {
		return unknown
	}
	p.host.log(levelInfo, "registered", "device", r.deviceID)
	return reply{status: ok}
}

// What the body says of the device's state is dropped.
func (p *provider) putHeartbeat(_ context.Context, r request) reply {
	if found, _ := find(r.deviceID); found == nil {
		return unknown
	}
	return reply{status: ok}
}

func (p *provider) getPlaybooks(_ context.Context, r request) reply {
	if found, _ := find(r.deviceID); found == nil {
		return unknown
	}
	return reply{status: ok, body: "[]"}
}
