namespace CriSharp.Linux.Files;

public sealed partial class DirectoryTree
{
    /// <summary>Makes one folder; its parent must be there.</summary>
    public void MakeDirectory(UnixPath path, int mode)
    {
        using var folder = OpenParent(path, out var name);
        FileAt.MakeDirectory(folder, name, mode);
    }

    public void Symlink(UnixPath path, UnixPath target)
    {
        using var folder = OpenParent(path, out var name);
        FileAt.Symlink(folder, name, target);
    }

    public void HardLink(UnixPath from, UnixPath path)
    {
        using var source = OpenParent(from, out var sourceName);
        using var folder = OpenParent(path, out var name);
        FileAt.HardLink(source, sourceName, folder, name);
    }

    public void MakeNode(UnixPath path, FileKind kind, int mode, uint major = 0, uint minor = 0)
    {
        using var folder = OpenParent(path, out var name);
        FileAt.MakeNode(folder, name, kind, mode, major, minor);
    }

    public void Unlink(UnixPath path)
    {
        using var folder = OpenParent(path, out var name);
        FileAt.Unlink(folder, name);
    }

    /// <inheritdoc cref="TreeRemoval.Remove(Microsoft.Win32.SafeHandles.SafeFileHandle, UnixPath)"/>
    public void RemoveTree(UnixPath path)
    {
        using var folder = OpenParent(path, out var name);
        TreeRemoval.Remove(folder, name);
    }

    public void Rename(UnixPath from, UnixPath to)
    {
        using var source = OpenParent(from, out var sourceName);
        using var destination = OpenParent(to, out var destinationName);
        FileAt.Rename(source, sourceName, destination, destinationName);
    }

    public byte[] ReadLink(UnixPath path)
    {
        using var folder = OpenParent(path, out var name);
        return FileAt.ReadLink(folder, name);
    }

    public void Chown(UnixPath path, uint userId, uint groupId)
    {
        using var folder = OpenParent(path, out var name);
        FileAt.Chown(folder, name, userId, groupId);
    }

    public void Chmod(UnixPath path, int mode)
    {
        using var folder = OpenParent(path, out var name);
        FileAt.Chmod(folder, name, mode);
    }

    public void SetTimes(UnixPath path, FileTime time)
    {
        using var folder = OpenParent(path, out var name);
        FileAt.SetTimes(folder, name, time);
    }

    public void SetAttribute(UnixPath path, UnixPath attribute, ReadOnlySpan<byte> value)
    {
        using var folder = OpenParent(path, out var name);
        ExtendedAttributes.Set(folder, name, attribute, value);
    }

    public byte[]? TryGetAttribute(UnixPath path, UnixPath attribute)
    {
        using var folder = OpenParent(path, out var name);
        return ExtendedAttributes.TryGet(folder, name, attribute);
    }

    public IReadOnlyList<byte[]> ListAttributes(UnixPath path)
    {
        using var folder = OpenParent(path, out var name);
        return ExtendedAttributes.List(folder, name);
    }

    public void RemoveAttribute(UnixPath path, UnixPath attribute)
    {
        using var folder = OpenParent(path, out var name);
        ExtendedAttributes.Remove(folder, name, attribute);
    }
}
