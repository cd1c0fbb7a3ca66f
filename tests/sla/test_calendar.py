import io
from datetime import date

import pytest

from services.sla.calendar import BadDecree, Change, DayKind, Year, assemble, decreed, read_decree
from shared.contracts.working_calendar import DayOff

NEW_YEAR = DayOff(day=date(2027, 1, 1), name="Tahun Baru", joint_leave=False)


def test_a_decree_is_read_from_csv() -> None:
    file = io.StringIO("tanggal,nama,jenis\n2027-03-10,Cuti bersama Idulfitri,cuti-bersama\n2027-01-01,,hari-kerja\n")
    assert read_decree(file) == [
        Change(date(2027, 3, 10), "Cuti bersama Idulfitri", DayKind.JOINT_LEAVE),
        Change(date(2027, 1, 1), "", DayKind.WORKING_DAY),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "columns"),
        ("tanggal,nama\n2027-01-01,x\n", "columns"),
        ("tanggal,nama,jenis\n", "no day"),
        ("tanggal,nama,jenis\n2027-02-30,x,libur\n", "line 2"),
        ("tanggal,nama,jenis\n2027-01-01,x,pesta\n", "line 2"),
        ("tanggal,nama,jenis\n2027-01-01,,libur\n", "no name"),
        ("tanggal,nama,jenis\n2027-01-01\n", "line 2"),
        ("tanggal,nama,jenis\n2027-01-01,x,libur\n2027-01-01,y,libur\n", "twice"),
    ],
)
def test_what_is_no_decree_is_refused_with_its_line(content: str, said: str) -> None:
    with pytest.raises(BadDecree, match=said):
        read_decree(io.StringIO(content))


def test_a_decree_adds_renames_and_takes_days_back() -> None:
    leave = Change(date(2027, 3, 10), "Cuti bersama", DayKind.JOINT_LEAVE)
    after = decreed([NEW_YEAR], [leave])
    assert [day.day for day in after] == [NEW_YEAR.day, leave.day]
    assert after[1].joint_leave
    assert decreed(after, [Change(leave.day, "", DayKind.WORKING_DAY)]) == (NEW_YEAR,)


def test_the_calendars_version_rises_with_a_decree_of_any_year() -> None:
    before = assemble([Year(2026, 3, ()), Year(2027, 1, (NEW_YEAR,))])
    after = assemble([Year(2026, 3, ()), Year(2027, 2, ())])
    assert after.version > before.version
    assert not before.is_working_day(NEW_YEAR.day)
    assert after.is_working_day(NEW_YEAR.day)
