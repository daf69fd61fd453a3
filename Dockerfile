# docker build -t edgeconf .
# docker run -v /etc/edgeconf:/etc/edgeconf:ro -v edgeconf:/var/lib/edgeconf -p 8443:8443 edgeconf
FROM debian:12 AS build
WORKDIR /src
COPY host/install-packages.sh host/
RUN host/install-packages.sh build
COPY . .
RUN cmake --preset release -DEDGECONF_DEVELOPER_MODE=OFF \
 && cmake --build --preset release \
 && cmake --install build/release --component runtime --prefix /usr --strip

FROM debian:12-slim
COPY host/install-packages.sh /tmp/
RUN /tmp/install-packages.sh run && rm -rf /tmp/install-packages.sh /var/lib/apt/lists/*
# Owned by root: the host loads no provider that its own user could have replaced.
COPY --from=build /usr/bin/edgeconf /usr/bin/edgeconf
COPY --from=build /usr/lib/edgeconf /usr/lib/edgeconf
COPY --from=build /usr/share/edgeconf /usr/share/edgeconf
# For the file provider's database; a new volume takes over owner and mode.
RUN install -d -m 0700 -o 65532 -g 65532 /var/lib/edgeconf
USER 65532:65532
EXPOSE 8443 9090
ENTRYPOINT ["edgeconf"]
CMD ["serve", "--config", "/etc/edgeconf/edgeconf.yaml"]
