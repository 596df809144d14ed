using System.Text;
using System.Text.Json;
using CriSharp.Cni;
using CriSharp.Cri.V1;
using CriSharp.Daemon.Checks;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using CriSharp.Pods.Host;
using CriSharp.Storage;

namespace CriSharp.Daemon.Services;

/// <summary>What Status, Version and RuntimeConfig tell of this node.</summary>
internal sealed class NodeFacts(
    DaemonOptions options, OptionsInForce inForce, SandboxNetwork network, HandlerFactsTable handlers, RootHealth health, DiskRoom room, ImageDisk images, RuntimeVersions versions)
{
    public string Version { get; } = DaemonVersion.Document.Version;

    public CgroupDriver CgroupDriver { get; } = options.CgroupManager == CgroupManager.Systemd ? CgroupDriver.Systemd : CgroupDriver.Cgroupfs;

    public IReadOnlyList<HandlerFacts> Handlers => handlers.All;

    public Task<NetworkStatus> NetworkAsync(CancellationToken cancellationToken) => network.StatusAsync(cancellationToken);

    public RootVerdict Root => health.Verdict;

    /// <summary>The root's disk, for people: a full one does not make the runtime unready, since the kubelet would start nothing then, but evict nothing either.</summary>
    public string DiskText()
    {
        return Text(json =>
        {
            json.WriteString("root", room.Folder);
            json.WriteBoolean("writable", Root.IsWritable);
            WriteSpace(json, room);
            if (options.HasSplitImageStore)
            {
                json.WriteStartObject("imagestore");
                json.WriteString("path", images.Room.Folder);
                WriteSpace(json, images.Room);
                json.WriteEndObject();
            }
        });
    }

    private static void WriteSpace(Utf8JsonWriter json, DiskRoom room)
    {
        var (space, reserve) = (room.Space, room.Reserve);
        json.WriteNumber("totalBytes", space.TotalBytes);
        json.WriteNumber("freeBytes", space.AvailableBytes);
        json.WriteNumber("freeInodes", space.FreeInodes);
        json.WriteNumber("pullFloorBytes", room.FloorBytes);
        json.WriteNumber("reserveBytes", reserve.SizeBytes);
        json.WriteNumber("reserveHeldBytes", reserve.HeldBytes);
        json.WriteBoolean("full", !reserve.IsWhole || room.IsFull);
    }

    /// <summary>The effective configuration, wrapped in JSON as crictl wants; it holds no secrets.</summary>
    public string ConfigText() => Text(json => json.WriteString("toml", ConfigurationText.Of(inForce.Value)));

    /// <summary>Each runtime with its version, and the holes that this version is known to have.</summary>
    public string RuntimesText() => Text(json =>
    {
        foreach (var found in versions.All)
        {
            json.WriteStartObject(found.Name);
            json.WriteString("path", found.Path);
            json.WriteString("version", found.Failure ?? found.Version);
            json.WriteStartArray("holes");
            foreach (var hole in found.Holes)
            {
                json.WriteStringValue(hole.ToString());
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
    });

    private static string Text(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
