using CriSharp.Storage;

namespace CriSharp.Daemon.Hosting;

/// <summary>The disk where images lie: the root's, unless the image store has a folder of its own.</summary>
internal sealed record ImageDisk(DiskRoom Room);
