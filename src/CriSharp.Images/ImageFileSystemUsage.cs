namespace CriSharp.Images;

/// <summary>What the images take of their file system.</summary>
/// <param name="MountPoint">An existing folder on that file system.</param>
public sealed record ImageFileSystemUsage(string MountPoint, long UsedBytes, long UsedInodes);
