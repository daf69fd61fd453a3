// What a device's hardware usually looks like, as text: the dictionary that hardware_codec compresses with.
#pragma once

#include <string>

namespace edgeconf::fleet {

// Hardware-info as read_shape() leaves it, of a Linux machine that has a little of everything; about 22 KB.
//
// Hardware that was packed can only be unpacked with the same bytes, and packed hardware is stored, so what
// this returns never changes. A better dictionary is another function, for another format of the codec.
std::string hardware_dictionary();

} // namespace edgeconf::fleet
