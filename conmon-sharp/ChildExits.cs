using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;

namespace ConmonSharp;

/// <summary>
/// Reaps all children, started and inherited, and tells who is waiting for one. A container's process may end before its pid is known
/// (the OCI runtime writes it to a file), so while a runtime command is under way the exits of strangers are kept.
/// </summary>
internal sealed class ChildExits
{
    private readonly List<(int Pid, Action<ProcessExit> OnExit)> _expected = [];
    private readonly List<(int Pid, ProcessExit Exit)> _strangers = [];
    private int _unknownPids;

    /// <summary>Exits of strangers are kept until <see cref="EndUnknown"/>.</summary>
    public void BeginUnknown() => _unknownPids++;

    public void EndUnknown()
    {
        if (--_unknownPids == 0)
        {
            _strangers.Clear();
        }
    }

    /// <summary>Calls back when the child has ended: at once, if it has already.</summary>
    public void Expect(int pid, Action<ProcessExit> onExit)
    {
        for (var i = 0; i < _strangers.Count; i++)
        {
            if (_strangers[i].Pid == pid)
            {
                var exit = _strangers[i].Exit;
                _strangers.RemoveAt(i);
                onExit(exit);
                return;
            }
        }

        _expected.Add((pid, onExit));
    }

    /// <summary>Whether its end can be known: it is a child, or has been one.</summary>
    public bool Knows(int pid)
    {
        for (var i = 0; i < _strangers.Count; i++)
        {
            if (_strangers[i].Pid == pid)
            {
                return true;
            }
        }

        return ChildReaper.IsChild(pid);
    }

    /// <returns>False: there is no child left.</returns>
    public bool Reap()
    {
        int pid;
        while ((pid = ChildReaper.TryReap(out var exit)) > 0)
        {
            Tell(pid, exit);
        }

        return pid == 0;
    }

    private void Tell(int pid, ProcessExit exit)
    {
        for (var i = 0; i < _expected.Count; i++)
        {
            if (_expected[i].Pid == pid)
            {
                var onExit = _expected[i].OnExit;
                _expected.RemoveAt(i);
                onExit(exit);
                return;
            }
        }

        if (_unknownPids > 0)
        {
            _strangers.Add((pid, exit));
        }
    }
}
