using CriSharp.Primitives;

namespace CriSharp.Registry.Mirrors;

/// <summary>
/// registries.conf as it is on the disk now: names, sizes and times of its files are looked at whenever the rules are asked for. A file that is wrong
/// changes nothing until it is right again.
/// </summary>
/// <param name="first">What the files said when the daemon began.</param>
public sealed class LiveRegistries(string path, RegistriesConfiguration first)
{
    private readonly Lock _one = new();
    private volatile RegistriesConfiguration _current = first;
    private string? _stamp;

    /// <summary>Told once for each change that was taken up.</summary>
    public Action? OnTaken { get; init; }

    /// <summary>Told once for each change that is wrong: what is, with file and line.</summary>
    public Action<string>? OnRefused { get; init; }

    public RegistriesConfiguration Current
    {
        get
        {
            lock (_one)
            {
                // Before the reading: what is written meanwhile is seen the next time.
                var stamp = StampOf();
                if (stamp != _stamp)
                {
                    Read(isFirst: _stamp is null);
                    _stamp = stamp;
                }

                return _current;
            }
        }
    }

    private void Read(bool isFirst)
    {
        try
        {
            _current = RegistriesFile.Read(path);
            if (!isFirst)
            {
                OnTaken?.Invoke();
            }
        }
        catch (Exception wrong) when (wrong is RuntimeException or IOException or UnauthorizedAccessException)
        {
            OnRefused?.Invoke(wrong.Message);
        }
    }

    private string StampOf()
    {
        try
        {
            return FileStamps.Of(RegistriesFile.FilesOf(path));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return unreadable.Message;
        }
    }
}
