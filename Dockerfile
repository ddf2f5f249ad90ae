# The compiler runs on the building machine, for whichever platform the image has.
FROM --platform=$BUILDPLATFORM golang:1.26.8-bookworm AS build
ARG TARGETOS TARGETARCH
ARG VERSION
WORKDIR /src
# Apart from the sources, so that modules are fetched only when they change.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# .ci/run builds with the same flags.
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags "-s -w -X dispatchmock/internal/cli.release=$VERSION" -o /dispatchmock ./cmd/dispatchmock

FROM scratch
# For verify and proxy, which reach real servers.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /dispatchmock /dispatchmock
# By number: there is no passwd file to name a user.
USER 65532:65532
EXPOSE 8003
# Longer than the 3 seconds health waits by itself.
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 CMD ["/dispatchmock","health"]
ENTRYPOINT ["/dispatchmock"]
# Loopback inside a container is out of reach from outside. The admin API asks
# for a token there, which the first lines of the log show.
CMD ["serve","--listen","0.0.0.0:8003"]
